// The prose of a lesson: blocks that the server made of Markdown, drawn as elements. A link to an
// event moves the cursor to the first event that matches; it is an anchor, for a button would not
// break where its line does.

import type { ComponentChildren, JSX } from 'preact';
import { useApp } from './context';
import { findEvent } from './find';
import { visit } from './commands';
import * as session from '../state/session';
import { t } from '../text/text';
import type { Block, Match } from '../wire/types_lesson';

export function Blocks({ blocks }: { readonly blocks: readonly Block[] }): JSX.Element {
  return <>{blocks.map((block, k) => <One key={k} block={block} />)}</>;
}
function One({ block }: { readonly block: Block }): JSX.Element {
  if (!('children' in block)) {
    switch (block.kind) {
      case 'text': return <>{block.text}</>;
      case 'code': return <code>{block.text}</code>;
      case 'program': return <pre tabIndex={0}><code>{block.text}</code></pre>;
      case 'break': return <br />;
      case 'rule': return <hr />;
    }
  }
  const inner = <Blocks blocks={block.children} />;
  switch (block.kind) {
    case 'p': return <p>{inner}</p>;
    case 'ul': return <ul>{inner}</ul>;
    case 'ol': return <ol>{inner}</ol>;
    case 'li': return <li>{inner}</li>;
    case 'quote': return <blockquote>{inner}</blockquote>;
    case 'table': return <table class="prose-table"><tbody>{inner}</tbody></table>;
    case 'tr': return <tr>{inner}</tr>;
    case 'th': return <th>{inner}</th>;
    case 'td': return <td>{inner}</td>;
    case 'em': return <em>{inner}</em>;
    case 'strong': return <strong>{inner}</strong>;
    case 'heading': return block.level <= 3 ? <h3>{inner}</h3> : <h4>{inner}</h4>;
    case 'link': return <a href={block.href}>{inner}</a>;
    case 'event': return <EventLink match={block.match}>{inner}</EventLink>;
  }
}
function EventLink({ match, children }: { readonly match: Match; readonly children: ComponentChildren }): JSX.Element {
  const app = useApp();
  session.revision.value;
  const i = findEvent(app.lab, match);
  return (
    <a
      href="#event" class="event-link" aria-disabled={i === null}
      title={i === null ? t('ui.lesson.not_yet') : t('ui.lesson.show')}
      onClick={(ev) => {
        ev.preventDefault();
        if (i !== null) visit(app, i);
        else session.notice.value = t('ui.lesson.not_yet');
      }}
    >{children}</a>
  );
}
