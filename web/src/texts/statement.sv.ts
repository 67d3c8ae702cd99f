/** The statement of accessibility in Swedish. */

import { ASSESSED, UPDATED, type Statement } from "../about/statement";

export const statement: Statement = {
  title: "Tillgänglighetsredogörelse",
  intro: (publisher, service) =>
    `${publisher || "Den som driver sidan"} står bakom den här webbplatsen, ${service}. Vi vill att så många som möjligt ska kunna använda den. Här står hur webbplatsen uppfyller lagen om tillgänglighet till digital offentlig service, vilka brister vi känner till och hur du kan berätta om fler, så att vi kan rätta till dem.`,
  supervision: {
    address: "https://www.digg.se/tdosanmalan",
    text: "Anmäl bristande tillgänglighet till Myndigheten för digital förvaltning",
  },
  sections: (n) => [
    {
      heading: "Hur tillgänglig är webbplatsen?",
      paragraphs: [
        "Nästan allt går att använda för alla. Några delar är inte helt tillgängliga. De står under ”Innehåll som inte är tillgängligt”.",
      ],
    },
    {
      heading: "Om du inte kan använda någon del",
      paragraphs: [
        "Allt som kartan och diagrammen visar står också i tabeller på samma sida, och går att hämta som Excel eller CSV. Behöver du uppgifterna på något annat sätt, eller fungerar något inte för dig, kan du höra av dig:",
      ],
      link: "contact",
    },
    {
      heading: "Berätta om brister",
      paragraphs: [
        "Vi arbetar för att webbplatsen ska bli bättre. Märker du något som inte står här, eller tycker du att vi inte uppfyller lagens krav, vill vi veta det:",
      ],
      link: "contact",
    },
    {
      heading: "Tillsyn",
      paragraphs: [
        "Myndigheten för digital förvaltning (Digg) har tillsyn över lagen om tillgänglighet till digital offentlig service. Är du inte nöjd med hur vi tar hand om det du har påtalat, eller med svaret på det du har bett om, kan du anmäla det till Digg:",
      ],
      link: "supervision",
    },
    {
      heading: "Teknisk information om webbplatsens tillgänglighet",
      paragraphs: [
        "Webbplatsen är delvis förenlig med lagen om tillgänglighet till digital offentlig service (2018:1937), på grund av bristerna nedan. Måttet är standarden EN 301 549, som för webbplatser bygger på WCAG 2.1 på nivå AA.",
      ],
    },
    {
      heading: "Innehåll som inte är tillgängligt",
      paragraphs: ["Det här uppfyller inte lagens krav:"],
      items: [
        "Kartans färger ligger nära varandra när stegen är många. Två steg bredvid varandra har inte alltid kontrasten 3:1 (WCAG 1.4.11). Siffran för varje område står i tabellen, i rutan vid området och, när områdena är få, på kartan.",
        "Bilder av kartan som du sparar som PNG har ingen text bakom sig (WCAG 1.1.1). Ta med tabellen eller en mening om bilden när du lägger in den någonstans.",
        "Vissa namn och förklaringar som kommer från källorna finns bara på svenska och är inte märkta med språk när sidan visas på engelska (WCAG 3.1.2).",
      ],
    },
    {
      heading: "Oskäligt betungande anpassning",
      paragraphs: ["Vi åberopar inte undantag för oskäligt betungande anpassning för någon del."],
    },
    {
      heading: "Innehåll som inte omfattas av lagen",
      paragraphs: [
        "Själva kartbilden får undantas från lagen när den väsentliga informationen finns på ett tillgängligt sätt. Vi har valt att göra också kartan möjlig att använda med tangentbord och skärmläsare. Filer som någon annan har levererat visas så som de kom.",
      ],
    },
    {
      heading: "Hur vi har prövat webbplatsen",
      paragraphs: [
        `Vi har gjort en självskattning. Den senaste bedömningen gjordes den ${n.day(ASSESSED)}. Ingen utomstående har granskat webbplatsen, och den är ännu inte prövad av personer som använder hjälpmedel till vardags.`,
        "Vid varje ändring prövas sidan också av datorn:",
      ],
      items: [
        "Alla vyer går igenom verktyget axe mot WCAG 2.1 A och AA, i ljust och mörkt utseende. Ett enda fel stoppar ändringen.",
        "Alla områden nås och väljs med bara tangentbordet, fokus syns överallt, och ingenting håller kvar den som stegar med tabbtangenten.",
        "Texten förstoras till 200 procent, sidan visas 320 bildpunkter bred, och avstånden mellan bokstäver och rader ökas, utan att något försvinner.",
        "Kartan rör sig inte för den som har valt mindre rörelse, och ritas också utan grafikkort.",
        "Tabellen har samma siffror som kartan, och ingenting visas med bara färg.",
      ],
    },
    {
      heading: "Kartan med tangentbord",
      paragraphs: [
        "Länken ”Hoppa till kartan” är det första på sidan. På kartan flyttar pilarna till grannområdet, en bokstav till nästa namn som börjar så, och Page Up och Page Down genom alla namn i ordning. Enter väljer, plus och minus zoomar. I diagrammen läser pilarna upp en stapel eller punkt i taget.",
      ],
    },
    {
      heading: "Datum",
      paragraphs: [`Redogörelsen uppdaterades senast den ${n.day(UPDATED)}.`],
    },
  ],
};
