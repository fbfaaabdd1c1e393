// The one fetch wrapper: an answer is a value, an error too. Nothing else in the page fetches.

import { object, optionalText } from './values';
import { readLesson } from './answers';
import type { Lesson } from './types_lesson';

export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly status: number; readonly say: string; readonly place: string };
export type Reader<T> = (o: Readonly<Record<string, unknown>>) => T;

const TIMEOUT_MS = 10_000;

/** A JSON resource, read by `read`. */
export async function askJson<T>(path: string, init: RequestInit, end: AbortSignal | null, read: Reader<T>):
  Promise<Answer<T>> {
  const answer = await askText(path, init, end);
  if (!answer.ok) return answer;
  try {
    return { ok: true, value: read(object(JSON.parse(answer.value), path)) };
  } catch (error) {
    return { ok: false, status: 0, say: String(error), place: path };
  }
}
export async function askText(path: string, init: RequestInit = {}, end: AbortSignal | null = null):
  Promise<Answer<string>> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), TIMEOUT_MS);
  const stop = (): void => late.abort();
  end?.addEventListener('abort', stop);
  try {
    const response = await fetch(path, { ...init, signal: late.signal });
    const body = await response.text();
    return response.ok ? { ok: true, value: body } : refused(response.status, body);
  } catch {
    return { ok: false, status: 0, say: '', place: path };
  } finally {
    clearTimeout(timer);
    end?.removeEventListener('abort', stop);
  }
}
function refused(status: number, body: string): Answer<never> {
  try {
    const error = object(object(JSON.parse(body), 'body')['error'], 'error');
    return { ok: false, status, say: optionalText(error['say']), place: optionalText(error['place']) };
  } catch {
    return { ok: false, status, say: '', place: '' };
  }
}
/** A lesson's text: what the door needs of the server. */
export function askLesson(slug: string, language: string): Promise<Answer<Lesson>> {
  return askJson(`/api/lessons/${encodeURIComponent(slug)}?lang=${language}`, {}, null, readLesson);
}
