/** Sends a file to the API and follows what becomes of it. It takes XMLHttpRequest: fetch does not tell how much has been sent. */

import { pageToken, Problem, problemOf } from "../api/client";

/** How far it has come: on its way; waiting for its turn or being read; all of it read, and the figures counted anew. */
export type Stage = "sending" | "reading" | "counting";

export interface Course {
  stage: Stage;
  /** From 0 to 1; null where nobody knows. */
  part: number | null;
}

/** What is sent where; without a file for what is asked of a delivery that is already there. */
export interface Order {
  address: string;
  key: string;
  file: File | null;
  signal: AbortSignal;
}

/** What a stream of events told. */
export interface Told {
  event: string;
  data: unknown;
}

/** Take the events that are whole out of what has come so far, and say how much of the text they took. */
export function eventsIn(text: string): { events: Told[]; length: number } {
  const length = text.lastIndexOf("\n\n") + 2;
  const events = text
    .slice(0, Math.max(length - 2, 0))
    .split("\n\n")
    .filter(Boolean)
    .map((block) => {
      const field = (name: string): string =>
        block
          .split("\n")
          .find((line) => line.startsWith(`${name}: `))
          ?.slice(name.length + 2) ?? "";
      return { event: field("event"), data: JSON.parse(field("data") || "null") as unknown };
    });
  return { events, length: length < 2 ? 0 : length };
}

/** How far the reading has come, of what the service tells. */
export function courseOf({ done, total }: { done: number; total: number }): Course {
  if (total === 0) return { stage: "reading", part: null };
  return done < total ? { stage: "reading", part: done / total } : { stage: "counting", part: null };
}

/** The name of a file in a header, whatever letters it has. */
export const dispositionOf = (name: string): string =>
  `attachment; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)}`;

/**
 * Send, and wait for what comes of it.
 *
 * @param told Hears how far it has come.
 * @throws Problem when it is refused or cannot be sent, and AbortError when it is called off.
 */
export function send<T>({ address, key, file, signal }: Order, told: (course: Course) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let isSent = file === null;
    let read = 0;
    let last: Told | null = null;
    const take = (): void => {
      if (request.status !== 200) return;
      const { events, length } = eventsIn(request.responseText.slice(read));
      read += length;
      for (const one of events) {
        last = one;
        if (one.event === "progress") told(courseOf(one.data as { done: number; total: number }));
      }
    };
    request.open("POST", address);
    request.setRequestHeader("Accept", "text/event-stream, application/problem+json");
    if (key) request.setRequestHeader("X-API-Key", key);
    const token = pageToken();
    if (token) request.setRequestHeader("X-CSRF-Token", token);
    if (file) {
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.setRequestHeader("Content-Disposition", dispositionOf(file.name));
    }
    request.upload.onprogress = ({ loaded, total }) => told({ stage: "sending", part: total ? loaded / total : null });
    request.upload.onload = () => {
      isSent = true;
      told({ stage: "reading", part: null });
    };
    request.onprogress = take;
    request.onload = () => {
      take();
      const outcome = last as Told | null;
      if (outcome?.event === "receipt") resolve(outcome.data as T);
      else if (outcome?.event === "problem") reject(problemOf((outcome.data as { status: number }).status, outcome.data as object));
      else reject(request.status === 200 ? lost() : problemOf(request.status, bodyOf(request.responseText)));
    };
    request.onerror = () => reject(isSent ? lost() : unreachable());
    request.onabort = () => reject(new DOMException("called off", "AbortError"));
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}

function bodyOf(text: string): object | null {
  try {
    return JSON.parse(text) as object;
  } catch {
    return null;
  }
}

const unreachable = (): Problem =>
  new Problem(0, "Förbindelsen bröts. Hela filen kom inte fram, och ingenting sparades.", "The connection was lost. Nothing was stored.");

const lost = (): Problem =>
  new Problem(
    0,
    "Förbindelsen bröts innan kvittot kom. Leveransen kan ha kommit in ändå: se i listan. Samma fil en gång till räknas inte dubbelt.",
    "The connection was lost before the receipt came. The delivery may be in all the same: see the list. The same file again counts nothing twice.",
  );
