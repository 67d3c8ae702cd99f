/** Pictures of the ground, to be drawn under the areas: fetched by itself, as most installations have none. */

import TileLayer from "ol/layer/Tile";
import XYZ from "ol/source/XYZ";
import type { Theme } from "../figures/colours";

/** How much of the pictures is seen: they are mostly light, and are not to be what one looks at. */
const SEEN: Record<Theme, number> = { light: 0.9, dark: 0.3 };

export type Pictures = TileLayer<XYZ>;

/** A layer of pictures, at an address with {z}, {x} and {y}; asked for without anything that tells who asks. */
export const picturesFrom = (url: string): Pictures => new TileLayer({ source: new XYZ({ url, crossOrigin: "anonymous" }) });

/** Show as much of them as suits the theme. */
export const suit = (pictures: Pictures, theme: Theme): void => pictures.setOpacity(SEEN[theme]);
