/** Who looks at the page, as the service tells it. */

import type { Audience } from "./answers";

export type Role = "public" | "reader" | "coordinator" | "analyst" | "ingest" | "admin" | "auditor";

export interface Me {
  canSignIn: boolean;
  /** What the person is called; null where nobody is signed in. */
  name: string | null;
  roles: Role[];
  /** Codes of the stadsdelsområden that a coordinator sees exactly. */
  areas: string[];
  /** Whom an answer about any area is for. */
  audience: Audience;
  /** Whether exact figures wait for it to be said what they are for. */
  lacksPurpose: boolean;
  purpose: string | null;
  /** What is shown with whatever the page sends; null where nobody is signed in. */
  token: string | null;
}
