/** The statement of accessibility in English. */

import { ASSESSED, UPDATED, type Statement } from "../about/statement";

export const statement: Statement = {
  title: "Accessibility statement",
  intro: (publisher, service) =>
    `${publisher || "Whoever runs this site"} is behind this website, ${service}. We want as many as possible to be able to use it. Here it is told how it meets the Swedish law on accessibility to digital public service, what shortcomings we know of, and how you can tell us of more, so that we can mend them.`,
  supervision: {
    address: "https://www.digg.se/tdosanmalan",
    text: "Report lacking accessibility to the Agency for Digital Government",
  },
  sections: (n) => [
    {
      heading: "How accessible is the website?",
      paragraphs: [
        "Nearly everything can be used by all. Some parts are not wholly accessible. They are told of under “Content that is not accessible”.",
      ],
    },
    {
      heading: "If there is a part you cannot use",
      paragraphs: [
        "All that the map and the charts show is also in tables on the same page, and can be fetched as Excel or CSV. If you need it in some other way, or something does not work for you, get in touch:",
      ],
      link: "contact",
    },
    {
      heading: "Tell us of shortcomings",
      paragraphs: [
        "We work to make the website better. If you notice something that is not told of here, or think that we do not meet the demands of the law, we want to know:",
      ],
      link: "contact",
    },
    {
      heading: "Supervision",
      paragraphs: [
        "The Agency for Digital Government (Digg) supervises the law on accessibility to digital public service. If you are not content with how we take care of what you have told us, or with the answer to what you have asked for, you can report it to Digg:",
      ],
      link: "supervision",
    },
    {
      heading: "Technical information on the accessibility of the website",
      paragraphs: [
        "The website conforms in part to the law on accessibility to digital public service (2018:1937), because of the shortcomings below. The measure is the standard EN 301 549, which for websites rests on WCAG 2.1 at level AA.",
      ],
    },
    {
      heading: "Content that is not accessible",
      paragraphs: ["This does not meet the demands of the law:"],
      items: [
        "The colours of the map are near each other when the steps are many. Two steps side by side do not always have the contrast 3:1 (WCAG 1.4.11). The figure of each area is in the table, in the box at the area and, when the areas are few, on the map.",
        "Pictures of the map that you save as PNG have no text behind them (WCAG 1.1.1). Take the table or a sentence about the picture with you when you put it somewhere.",
        "Some names and explanations that come from the sources are in Swedish only, and are not marked with their language when the page is in English (WCAG 3.1.2).",
      ],
    },
    {
      heading: "Disproportionate burden",
      paragraphs: ["We claim no exception for disproportionate burden for any part."],
    },
    {
      heading: "Content that the law does not cover",
      paragraphs: [
        "The picture of a map may be excepted from the law when what matters is there in an accessible way. We have chosen to make the map too usable by keyboard and screen reader. Files that somebody else has delivered are shown as they came.",
      ],
    },
    {
      heading: "How we have tested the website",
      paragraphs: [
        `We have assessed it ourselves, last on ${n.day(ASSESSED)}. Nobody from outside has examined the website, and it has not yet been tried by people who use assistive technology every day.`,
        "At every change the page is also tried by the computer:",
      ],
      items: [
        "All views are gone through by the tool axe against WCAG 2.1 A and AA, in light and dark. A single fault stops the change.",
        "All areas are reached and chosen with the keyboard alone, focus is seen everywhere, and nothing holds back who goes by the tabulator.",
        "The text is enlarged to 200 per cent, the page is shown 320 pixels wide, and the spaces between letters and lines are increased, and nothing is lost.",
        "The map does not move for who has chosen less motion, and is drawn without a graphics card too.",
        "The table has the same figures as the map, and nothing is shown by colour alone.",
      ],
    },
    {
      heading: "The map by keyboard",
      paragraphs: [
        "The link “Skip to the map” is the first thing on the page. On the map the arrows move to the neighbour, a letter to the next name that begins so, and Page Up and Page Down through all names in order. Enter chooses, plus and minus zoom. In the charts the arrows read one bar or point at a time.",
      ],
    },
    {
      heading: "Dates",
      paragraphs: [`The statement was last updated on ${n.day(UPDATED)}.`],
    },
  ],
};
