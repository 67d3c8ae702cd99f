/** The methods that figures are made by: what each is explained under, and the names that answers give them. One topic is one page of docs/methods. */

/** The topics with the names that provenance.methods has for them; each name stands under the topic that is mostly about it. */
export const TOPICS = {
  "cell-key": ["cell-key"],
  rates: ["poisson-exact-byar"],
  denominators: [],
  change: ["rate-ratio-exact-conditional", "e-test", "exact-conditional-test"],
  dispersion: ["pearson-dispersion", "quasi-poisson", "negative-binomial"],
  multiple: ["benjamini-hochberg"],
  funnel: ["funnel-spiegelhalter"],
  smoothing: ["empirical-bayes-marshall"],
  ranking: ["rank-interval-simulated"],
  similar: ["standardised-distance"],
  rolling: ["rolling12", "year-to-date", "same-period-last-year", "scaled-by-days"],
  season: ["classical-decomposition"],
  stl: ["stl"],
  trend: ["quasi-poisson-trend", "seasonal-mann-kendall", "seasonal-theil-sen"],
  breaks: ["sup-f-break", "pettitt"],
  control: ["negative-binomial-control-chart"],
  hours: ["aoristic"],
  hexagons: ["h3"],
  clusters: ["getis-ord-gistar", "local-moran"],
  emerging: ["emerging-hotspots"],
  density: ["kernel-density-quartic", "kernel-density-gaussian", "kernel-density-dual"],
  "near-repeat": ["knox-permutation"],
  "pattern-change": ["sppt-bootstrap", "fisher-exact"],
  concentration: ["concentration-half", "concentration-by-chance", "gini-generalized"],
  harm: ["harm-gamma"],
  decomposition: ["harm-kitagawa"],
  effect: ["wdd", "wdd-harm", "wdq", "placebo"],
  did: ["log-did"],
  "smallest-effect": ["smallest-effect"],
  goals: ["goals"],
  lens: [],
  survey: ["wilson", "newcombe-hybrid", "spearman-bonett-wright"],
  editions: ["land-share"],
  dates: [],
  runoff: ["chain-ladder"],
  links: [],
  ledger: [],
  trace: [],
} as const satisfies Record<string, readonly string[]>;

export type Topic = keyof typeof TOPICS;

/** The topics in the order and under the headings of the page that tells of them all. */
export const GROUPS = {
  figures: ["ledger", "cell-key", "dates", "runoff", "editions", "links", "trace"],
  amounts: ["rates", "denominators", "smoothing", "ranking", "similar"],
  change: ["change", "multiple", "dispersion", "funnel"],
  time: ["rolling", "control", "breaks", "trend", "season", "stl"],
  place: ["hours", "hexagons", "clusters", "emerging", "density", "near-repeat", "pattern-change", "concentration"],
  harm: ["harm", "decomposition"],
  measures: ["effect", "did", "smallest-effect", "goals"],
  people: ["lens", "survey"],
} as const satisfies Record<string, readonly Topic[]>;

export type TopicGroup = keyof typeof GROUPS;

/** A method told of in plain words. */
export interface Explanation {
  title: string;
  what: string;
  how: string;
  mind: string;
}

/** Every method in the words of one language, and the headings of their groups. */
export interface Explanations {
  groups: Record<TopicGroup, string>;
  topics: Record<Topic, Explanation>;
}

const NAMED = new Map(Object.entries(TOPICS).flatMap(([topic, names]) => names.map((name) => [name as string, topic as Topic])));

/** The topic of each method that an answer names, once, in their order; a name that nothing is told of has none. */
export const topicsOf = (names: string[]): Topic[] => [...new Set(names.flatMap((name) => NAMED.get(name) ?? []))];

/** The names that nothing is told of. */
export const untold = (names: string[]): string[] => names.filter((name) => !NAMED.has(name));
