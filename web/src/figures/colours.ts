/** The colours of the map: one ramp for amounts and one for changes, told apart by every kind of colour vision, in both themes. */

export type Theme = "light" | "dark";

const SEQUENTIAL: Record<Theme, readonly string[]> = {
  light: ["#e4f1f0", "#a6d6d8", "#58aec3", "#2a76a6", "#173f75"],
  dark: ["#16303a", "#1d5364", "#2b7f92", "#5fb4b8", "#c2ebdf"],
};
/** From the largest fall to the largest rise: blue, nothing, orange. */
const DIVERGING: Record<Theme, readonly string[]> = {
  light: ["#2367a3", "#91bfdb", "#e9e9e4", "#f2b26b", "#b3580b"],
  dark: ["#7fc0f0", "#2c6a96", "#2b3036", "#93571a", "#f7b262"],
};

/** The colour of a shade of amounts, 0 to 4. */
export const amountColour = (shade: number, theme: Theme): string => String(SEQUENTIAL[theme][shade]);

/** The colour of a shade of change, −2 to 2. */
export const changeColour = (shade: number, theme: Theme): string => String(DIVERGING[theme][shade + 2]);

/** The lines and grounds that the map draws with; the page's own come from its stylesheet. */
export const INK: Record<
  Theme,
  { line: string; label: string; halo: string; ring: string; casing: string; hatch: string; ground: string }
> = {
  light: { line: "#ffffff", label: "#11202b", halo: "#ffffffd9", ring: "#10222e", casing: "#ffffff", hatch: "#71808b", ground: "#eef1f2" },
  dark: { line: "#0d151b", label: "#f2f7f8", halo: "#0d151bd9", ring: "#ffffff", casing: "#0d151b", hatch: "#8495a1", ground: "#1a242b" },
};

/** Tell whether text on a colour is best dark. */
export function isLight(colour: string): boolean {
  const [red, green, blue] = [1, 3, 5]
    .map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * Number(red) + 0.7152 * Number(green) + 0.0722 * Number(blue) > 0.2;
}
