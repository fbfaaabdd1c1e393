// Widths of text: layouts ask here, painters never do. The browser's own widths, cached by font
// and text; and a fixed table, so that a golden file is the same on every machine.

import type { Font } from './list';
import type { Tokens } from './tokens';

/** Width in CSS px of one line of text. */
export type Measure = (text: string, font: Font) => number;

/** As the `font` property of canvas and CSS has it. */
export function fontText(font: Font, tokens: Tokens): string {
  return `${font.bold ? '600' : '400'} ${font.size}px ${font.face === 'mono' ? tokens.mono : tokens.ui}`;
}

const MOST_WIDTHS = 4000;
const PLAIN = /^[ -~]*$/;

export function browserMeasure(context: CanvasRenderingContext2D, tokens: Tokens): Measure {
  const widths = new Map<string, number>();
  const advances = new Map<string, number>(); // of a fixed-width face: one figure, then a product
  return (text, font) => {
    if (font.face === 'mono' && PLAIN.test(text)) {
      const name = `${font.bold ? 1 : 0}${font.size}`;
      let advance = advances.get(name);
      if (advance === undefined) {
        context.font = fontText(font, tokens);
        advance = context.measureText('0000000000').width / 10;
        advances.set(name, advance);
      }
      return advance * text.length;
    }
    const key = `${font.face}${font.bold ? 1 : 0}${font.size} ${text}`;
    const known = widths.get(key);
    if (known !== undefined) return known;
    if (widths.size >= MOST_WIDTHS) widths.clear();
    context.font = fontText(font, tokens);
    const width = context.measureText(text).width;
    widths.set(key, width);
    return width;
  };
}

const WIDE_FROM = 0x1100; // Hangul and beyond: a full em

/** 0.6 em for a mono character, 0.55 for another, 1 em for East Asian ones. */
export const fixedMeasure: Measure = (text, font) => {
  let ems = 0;
  for (const c of text) {
    const wide = (c.codePointAt(0) ?? 0) >= WIDE_FROM && !/[\u2010-\u22ff]/.test(c);
    ems += wide ? 1 : font.face === 'mono' ? 0.6 : 0.55;
  }
  return ems * font.size * (font.bold && font.face === 'ui' ? 1.05 : 1);
};
