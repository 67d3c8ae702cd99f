/** Every word of the steward's page in Swedish. It is a part of the catalogue that only those who open that page fetch. */

import { precisionsOf } from "../city";
import type { DeliveryStatus } from "../api/answers";
import type { Numbers } from "../figures/numbers";
import type { Stage } from "../deliveries/sending";

const rows = (count: number, n: Numbers): string => `${n.whole(count)} ${count === 1 ? "rad" : "rader"}`;

export const sv = {
  title: "Leveranser",
  intro: "Lämna in källornas filer, läs kvittot på varje rad och bestäm om det som väntar.",
  closed: "Här går det inte att lämna in filer",
  mayNot: "Du har inte rätt att se leveranser",
  mayNotHint: "Det kräver rollen leverantör, förvaltare eller analytiker. Be den som förvaltar tjänsten.",
  decides: "Du kan godkänna och dra tillbaka leveranser. Bara den som är leverantör kan lämna in filer.",
  reads: "Du kan läsa kvitton. Bara den som är leverantör kan lämna in filer.",
  closedHint: "Den som driver tjänsten slår på leveranser med inställningen TRYGGHETSKARTA_DELIVERY_KEY.",

  key: {
    title: "Nyckel",
    why: "Nyckeln behövs för att lämna in, godkänna och dra tillbaka. Du får den av den som driver tjänsten.",
    orSignIn: "Du kan också logga in överst på sidan; då behövs ingen nyckel.",
    label: "Leveransnyckel",
    show: "Använd nyckeln",
    wrong: "Nyckeln är inte den rätta.",
    kept: "Nyckeln sparas bara i den här fliken, och glöms när du stänger den.",
    forget: "Glöm nyckeln",
  },

  send: {
    title: "Lämna in en fil",
    source: "Källa",
    choose: "Välj källa",
    drop: "Släpp filer här, eller",
    browse: "Välj filer",
    formats: (limit: string): string => `CSV, Excel, JSON, GeoJSON, GeoPackage eller Parquet, gärna packad. Högst ${limit} per fil.`,
    chosen: "Valda filer",
    remove: (name: string): string => `Ta bort ${name}`,
    more: "Fler val",
    crs: "Koordinatsystem",
    ownCrs: "Källans eget",
    crsNames: {
      "3011": "SWEREF 99 18 00",
      "3006": "SWEREF 99 TM",
      "4326": "WGS 84 (latitud och longitud)",
      "3021": "RT 90 2,5 gon V",
    } as Record<string, string>,
    system: (name: string, code: string): string => `${name} (EPSG:${code})`,
    crsHint: "Behövs bara när filens koordinater är i ett annat system än källan brukar ha.",
    complete: "Filen har hela månader",
    completeHint: "Det som tidigare kommit för samma månader, men saknas i filen, räknas då inte längre.",
    deliver: (count: number): string => (count > 1 ? `Lämna in ${count} filer` : "Lämna in"),
    noSources: "Du har ännu inte rätt att lämna in någon källa. Be den som förvaltar tjänsten.",
    noSource: "Välj vilken källa filen kommer från.",
    noFile: "Välj minst en fil.",
    tooLarge: (name: string, size: string, limit: string): string => `${name} är ${size}. Det mesta som tas emot så här är ${limit}.`,
    empty: (name: string): string => `${name} är tom.`,
  },

  course: {
    title: "Filer du lämnar in",
    of: (name: string): string => `Så långt har ${name} kommit`,
    stages: {
      sending: "Skickas",
      reading: "Läses in",
      counting: "Läst. Siffrorna räknas om",
    } satisfies Record<Stage, string>,
    queued: "Väntar på sin tur",
    stopped: "Avbruten. Ingenting sparades.",
    refused: "Avvisad. Ingenting är ändrat.",
    failed: "Kom inte in.",
    stop: "Avbryt",
    open: (delivery: number): string => `Visa kvitto ${delivery}`,
    clear: "Rensa listan",
  },

  list: {
    title: "Inlämnat",
    none: "Inga leveranser än.",
    noneSuch: "Inga leveranser med det urvalet.",
    source: "Visa källa",
    status: "Visa läge",
    allSources: "Alla källor",
    allStatuses: "Alla lägen",
    held: (count: number): string => (count === 1 ? "En leverans väntar på godkännande." : `${count} leveranser väntar på godkännande.`),
    showHeld: "Visa det som väntar",
    shown: (shown: number, total: number, n: Numbers): string => `Visar ${n.whole(shown)} av ${n.whole(total)}.`,
    more: "Visa fler",
    columns: { file: "Leverans", source: "Källa", came: "Kom in", status: "Läge", read: "Lästa rader", rejected: "Avvisade" },
    again: "Hämta listan igen",
    rows: ({ read, rejected }: { read: number; rejected: number }, n: Numbers): string =>
      `${rows(read, n)}${rejected ? `, ${n.whole(rejected)} avvisade` : ""}`,
  },

  statuses: {
    received: "Läses in",
    held: "Väntar på godkännande",
    published: "Publicerad",
    unchanged: "Oförändrad",
    refused: "Avvisad",
    withdrawn: "Tillbakadragen",
  } satisfies Record<DeliveryStatus, string>,
  meanings: {
    received: "Filen har kommit in men är inte färdigläst.",
    held: "Filen är läst, men ingenting är ändrat. Någon behöver se på skälen och säga ja eller nej.",
    published: "Det som står i filen räknas.",
    unchanged: "Filen sade ingenting som inte redan var känt.",
    refused: "Filen togs inte in, och ingenting är ändrat.",
    withdrawn: "Leveransen räknas inte. Den finns kvar i historiken.",
  } satisfies Record<DeliveryStatus, string>,

  receipt: {
    title: (delivery: number): string => `Kvitto ${delivery}`,
    close: "Stäng kvittot",
    file: "Fil",
    source: "Källa",
    came: "Kom in",
    published: "Publicerad",
    size: "Storlek",
    readAs: "Läst som",
    figures: "Siffror",
    states: {
      number: "tal",
      withheld: "som källan undanhåller",
      missing: "som saknas",
      unknown: "med okänt värde",
      notApplicable: "där det inte är tillämpligt",
    } as Record<string, string>,
    months: "Uppgifter från",
    said: "Avsändaren angav",
    saidCrs: (name: string): string => `koordinatsystem ${name}`,
    saidComplete: "hela månader",
    saidMapping: (file: string): string => `mappningen ${file}`,
    gone: "Återtas, för att filen saknar dem",
    duplicate: (delivery: number): string => `Samma fil kom in som leverans ${delivery}. Ingenting är ändrat.`,
    rows: "Vad som blev av raderna",
    rowsIf: "Vad som skulle bli av raderna",
    read: "Lästa rader",
    parts: { new: "Nya", changed: "Ändrade", unchanged: "Oförändrade", rejected: "Avvisade", blank: "Tomma" },
    partHints: {
      new: "inte kända förut",
      changed: "kända förut, med andra uppgifter",
      unchanged: "kända förut, med samma uppgifter",
      rejected: "går inte att läsa, finns nedan",
      blank: "tomma rader och summarader",
    },
    closes: "Varje rad finns i en av posterna, och summan går ihop.",
    bar: (parts: string): string => `Radernas fördelning: ${parts}.`,
    placed: "Hur noga platsen är känd för nya och ändrade",
    precisions: {
      point: "Med punkt",
      street: "Till en gata",
      basomrade: "Till ett basområde",
      stadsdel: "Till en stadsdel",
      stadsdelsomrade: "Till ett stadsdelsområde",
      stad: "Till staden",
      ...precisionsOf("sv"),
      polisregion: "Till en polisregion",
      none: "Utan plats",
      outside: "Utanför kommunen",
    } as Record<string, string>,
    warnings: "Att känna till",
    reasons: "Därför väntar den",
    withdrawal: (closed: string, restored: string): string =>
      `${closed === "1" ? "1 händelse" : `${closed} händelser`} räknas inte längre, och ${restored} har sina tidigare värden igen.`,
    technical: "Tekniska uppgifter",
    sha256: "Filens kontrollsumma (SHA-256)",
    adapter: "Läst av",
    code: "Kod",
  },

  rejected: {
    title: (count: number, n: Numbers): string => (count === 1 ? "En avvisad rad" : `${n.whole(count)} avvisade rader`),
    intro: "Raderna kom inte in. Resten av filen påverkas inte.",
    kinds: "Felen",
    kind: (count: number, column: string, n: Numbers): string => `${rows(count, n)}${column ? ` i kolumnen ${column}` : ""}`,
    first: (message: string): string => `Den första: ${message}`,
    explained: "Hämta med fel och råd (CSV)",
    original: "Hämta raderna som de kom, att rätta",
    originalHint: "Rätta raderna i den filen och lämna in den. Det som redan är inläst räknas inte två gånger.",
    columns: { line: "Rad", column: "Kolumn", value: "Värde", message: "Fel", row: "Raden som den kom" },
    before: "Föregående",
    after: "Nästa",
    shown: (from: string, to: string, total: string): string => `Rad ${from}–${to} av ${total} avvisade`,
    region: "Avvisade rader",
  },

  act: {
    approve: "Godkänn och publicera",
    approveTitle: (delivery: number): string => `Publicera leverans ${delivery}?`,
    approveWhy: (what: string): string =>
      `Filen läses en gång till, och siffrorna räknas om: ${what}. Du kan dra tillbaka leveransen efteråt.`,
    refuse: "Säg nej",
    refuseTitle: (delivery: number): string => `Säga nej till leverans ${delivery}?`,
    refuseWhy: "Leveransen stängs och filen tas bort. Ingenting räknas om. Kvittot finns kvar.",
    withdraw: "Dra tillbaka leveransen",
    withdrawTitle: (delivery: number): string => `Dra tillbaka leverans ${delivery}?`,
    withdrawWhy: "Det den förde in räknas inte längre, och det den ersatte räknas igen. Historiken finns kvar.",
    cancel: "Avbryt",
    needsKey: "Nyckeln behövs för att bestämma om leveransen.",
    needsRole: "Den väntar på att en förvaltare bestämmer.",
    approving: "Publiceras",
  },

  said: {
    sent: (file: string, delivery: number, status: string, rejected: string): string =>
      `${file}: leverans ${delivery}, ${status.toLowerCase()}.${rejected ? ` ${rejected}.` : ""} Kvittot visas.`,
    failed: (file: string): string => `${file} kom inte in.`,
    approved: (delivery: number): string => `Leverans ${delivery} är publicerad.`,
    refused: (delivery: number): string => `Leverans ${delivery} är stängd.`,
    withdrawn: (delivery: number): string => `Leverans ${delivery} är tillbakadragen.`,
    saved: "Filen är hämtad.",
  },

  changes: ({ new: fresh, changed }: { new: number; changed: number }, n: Numbers): string =>
    `${n.whole(fresh)} ${fresh === 1 ? "ny" : "nya"} och ${n.whole(changed)} ${changed === 1 ? "ändrad händelse" : "ändrade händelser"}`,
  loading: "Hämtar leveranserna …",
};

/** The texts of the steward's page in any language. */
export type DeliveryTexts = typeof sv;
