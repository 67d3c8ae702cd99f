/** The drawn map: outlines, their colours, names and rings. It knows nothing of figures; it is told how each area looks. */

import Feature from "ol/Feature";
import OlMap from "ol/Map";
import View from "ol/View";
import type { Extent } from "ol/extent";
import type { MultiPolygon, Polygon } from "ol/geom";
import Point from "ol/geom/Point";
import DragPan from "ol/interaction/DragPan";
import DoubleClickZoom from "ol/interaction/DoubleClickZoom";
import MouseWheelZoom from "ol/interaction/MouseWheelZoom";
import PinchZoom from "ol/interaction/PinchZoom";
import VectorLayer from "ol/layer/Vector";
import { measureTextWidth } from "ol/render/canvas";
import type RenderFeature from "ol/render/Feature";
import VectorSource from "ol/source/Vector";
import Fill from "ol/style/Fill";
import Stroke from "ol/style/Stroke";
import Style from "ol/style/Style";
import Text from "ol/style/Text";
import type { Outline, Outlines, Status } from "../api/answers";
import { INK, isLight, type Theme } from "../figures/colours";
import type { Pictures } from "./ground";
import { hatching, lineOn } from "./hatching";
import { areaOnMap, isIn, middleOf, rimOf, shapeOnMap, together } from "./shapes";
import { plainSheet } from "./sheet";

/** One of few areas that are drawn for themselves. */
type Single = Feature<Polygon | MultiPolygon>;

/**
 * How an area looks: a colour, lined for a fall, or the hatching of what it lacks; what stands on it, the part of that which is never left out, and whether all of it
 * may reach over the borders, as where the areas are so few that each is looked for by its name.
 */
export type Look = ({ colour: string; isFall?: boolean } | { lack: Exclude<Status, "value"> }) & {
  label: string;
  mark?: string;
  mayReach?: boolean;
};

/** What a reader does with the map. */
export interface Deeds {
  point: (code: string, at: [number, number] | null) => void;
  choose: (code: string) => void;
}

/** What lies over the areas, and is asked first when somebody clicks. */
export interface Over {
  /** Tells whether a click was for it. */
  click: (pixel: [number, number]) => boolean;
  /** Whether the map is its alone for a while, so that no area is pointed at. */
  readonly isHeld: boolean;
}

/** The part of the world that a map shows; maps that are given the same one are moved and zoomed together. */
export type Frame = View;
export const newFrame = (): Frame => new View({ center: [0, 0], zoom: 9 });

const RINGS = { pointed: 2.5, chosen: 4, beside: 3 } as const;
const PADDING = 16;
const BACKDROP_LINE = 1.5;
const RIM = 2.5;
const LABELLED_WIDTH = 46;
// Families by their kind alone: a named one OpenLayers looks for again and again, and has the page laid out each time.
const LETTERS = "600 12px system-ui, sans-serif";
/** What is added to a colour that lets the ground through, and what hatching is then drawn on. */
export const SHEER = 0.72;
const SHEER_HEX = Math.round(255 * SHEER).toString(16);

/** A map of areas in a box of the page. */
export class Atlas {
  over: Over | null = null;
  private readonly areas = new VectorSource<RenderFeature>();
  /** The areas again, all that are filled alike as one. */
  private readonly fills = new VectorSource<RenderFeature>();
  private readonly rim = new VectorSource<RenderFeature>();
  private readonly rings = new VectorSource<Single>();
  private readonly backdrop = new VectorSource<Single>();
  private readonly map: OlMap;
  private looks: (code: string) => Look | undefined = () => undefined;
  private ringed: Record<keyof typeof RINGS, string> = { pointed: "", chosen: "", beside: "" };
  private outlines: Outlines | null = null;
  private under: Outlines | null = null;
  /** Where pictures of the ground are had; empty for none. */
  private ground = "";
  private pictures: Pictures | null = null;

  constructor(
    target: HTMLElement,
    private theme: Theme,
    deeds: Deeds,
    frame: Frame = newFrame(),
  ) {
    const wheel = new MouseWheelZoom({
      condition: (event) => event.originalEvent.ctrlKey || document.activeElement === target || target.contains(document.activeElement),
    });
    this.map = new OlMap({
      target,
      controls: [],
      interactions: [new DragPan(), new DoubleClickZoom(), new PinchZoom(), wheel],
      layers: [
        plainSheet(),
        new VectorLayer({ source: this.backdrop, style: () => this.groundOf() }),
        // A line behind the areas: it is seen along the rim of them all, where a light area would fade into the ground.
        new VectorLayer({ source: this.rim, style: () => new Style({ stroke: new Stroke({ color: INK[this.theme].hatch, width: RIM }) }) }),
        new VectorLayer({ source: this.fills, style: (areas) => this.styleOf(areas.get("fill") as CanvasPattern | string) }),
        new VectorLayer({ source: this.rings, style: (area) => this.ringOf(area as Single) }),
        // A layer of their own: neither an area nor the ring around one is painted over the name of another.
        new VectorLayer({
          source: this.areas,
          style: (area, resolution) => this.nameOf(area as RenderFeature, resolution),
          declutter: true,
        }),
        new VectorLayer({ source: this.backdrop, style: (area, resolution) => this.borderOf(area as Single, resolution), declutter: true }),
        // Above the others, which give way: who has looked an area up finds it by its name, however small it is.
        new VectorLayer({ source: this.rings, style: (area) => this.chosenName(area as Single), declutter: true }),
      ],
      view: frame,
    });
    this.map.on("pointermove", (event) => {
      if (event.dragging || this.over?.isHeld) return;
      const code = this.codeAt(event.pixel as [number, number]);
      target.style.cursor = code ? "pointer" : "";
      deeds.point(code, code ? (event.pixel as [number, number]) : null);
    });
    this.map.on("click", (event) => {
      const pixel = event.pixel as [number, number];
      if (!this.over?.click(pixel)) deeds.choose(this.codeAt(pixel));
    });
    target.addEventListener("pointerleave", () => deeds.point("", null));
  }

  /**
   * Draw other outlines when they have been painted; the same objects again change nothing.
   *
   * @param under Areas to draw under the others, with their borders over them. While they stay the same, so does the part of the map that is seen.
   */
  setOutlines(outlines: Outlines, under: Outlines | null): void {
    if (outlines === this.outlines && under === this.under) return;
    const isElsewhere = under === null || under !== this.under;
    [this.outlines, this.under] = [outlines, under];
    const areas = outlines.features.map(areaOnMap);
    show(this.areas, areas);
    show(this.rim, under ? [] : [rimOf(areas)]);
    show(this.backdrop, under ? under.features.map(singleOf) : []);
    // Asking for the size makes the browser lay the whole page out at once; afterwards the box tells when it changes.
    if (!this.map.getSize()) this.map.updateSize();
    if (isElsewhere) this.showWhole(0);
  }

  /**
   * Colour the areas.
   *
   * @param looks How the area of a code looks; what it does not know has no figure.
   */
  paint(looks: (code: string) => Look | undefined, theme: Theme): void {
    this.looks = looks;
    this.theme = theme;
    void this.setGround(this.ground);
    this.drawAnew();
  }

  /**
   * Draw pictures of the ground under the areas, which then let it through.
   *
   * @param url Where they are had, with {z}, {x} and {y}; empty takes them away.
   */
  async setGround(url: string): Promise<void> {
    const isOther = url !== this.ground;
    this.ground = url;
    if (isOther && this.pictures) {
      this.map.removeLayer(this.pictures);
      this.pictures = null;
    }
    if (isOther) this.drawAnew();
    if (!url) return;
    const { picturesFrom, suit } = await import("./ground");
    if (url !== this.ground) return;
    if (!this.pictures) this.map.getLayers().insertAt(1, (this.pictures = picturesFrom(url)));
    suit(this.pictures, this.theme);
  }

  /** Put a ring round an area, or round none. */
  ring(kind: keyof typeof RINGS, code: string): void {
    if (this.ringed[kind] === code) return;
    this.ringed[kind] = code;
    const codes = [...new Set([this.ringed.beside, this.ringed.chosen, this.ringed.pointed].filter(Boolean))];
    const known = this.outlines?.features ?? [];
    show(this.rings, codes.flatMap((one) => known.find(({ id }) => id === one) ?? []).map(singleOf));
  }

  /** Show all areas. */
  showWhole(duration = 250): void {
    const extent = (this.under ? this.backdrop : this.areas).getExtent();
    if (extent && Number.isFinite(extent[0])) this.fit(extent, duration);
  }

  /** Bring an area to the middle, as large as there is room for, with its surroundings. */
  showArea(code: string): void {
    const area = this.areaOf(code);
    if (area) this.fit(area.getExtent(), 250, 0.6);
  }

  /** Bring a part of the plane to the middle likewise. */
  showExtent(extent: Extent): void {
    this.fit(extent, 250, 0.6);
  }

  /** The map itself, for what lies over the areas. */
  get sheet(): OlMap {
    return this.map;
  }

  /** Zoom by steps. */
  zoom(steps: number): void {
    const view = this.map.getView();
    view.animate({ zoom: Number(view.getZoom()) + steps, duration: calm(200) });
  }

  /** Where an area's middle stands in the box, in pixels; null when it is not there. */
  middleOf(code: string): [number, number] | null {
    const area = this.areaOf(code);
    return area ? (this.map.getPixelFromCoordinate(middleOf(area).slice(0, 2)) as [number, number]) : null;
  }

  /** A point inside every area, in metres on the map's plane. */
  middles(): Map<string, [number, number]> {
    return new Map(this.areas.getFeatures().map((area) => [String(area.getId()), middleOf(area).slice(0, 2) as [number, number]]));
  }

  /** Take the map away. */
  close(): void {
    this.map.setTarget(undefined);
    this.map.dispose();
  }

  private drawAnew(): void {
    const alike = new Map<CanvasPattern | string, RenderFeature[]>();
    for (const area of this.areas.getFeatures()) {
      const fill = fillOf(this.lookOf(area), this.theme, this.ground ? SHEER_HEX : "");
      const others = alike.get(fill);
      if (others) others.push(area);
      else alike.set(fill, [area]);
    }
    show(
      this.fills,
      [...alike].map(([fill, areas]) => together(areas, { fill })),
    );
    for (const source of [this.areas, this.rim, this.backdrop, this.rings]) source.changed();
  }

  private fit(extent: Extent, duration: number, share = 1): void {
    const room = (1 - share) / 2;
    const [width, height] = (this.map.getSize() ?? [0, 0]) as [number, number];
    const [aside, above] = [width * room + PADDING, height * room + PADDING];
    this.map.getView().fit(extent, { padding: [above, aside, above, aside], duration: calm(duration), maxZoom: 16 });
  }

  private areaOf = (code: string): RenderFeature | null => this.areas.getFeatureById(code) as RenderFeature | null;

  /** By its outline, not by what is painted: nothing need be read back from the canvas. */
  private codeAt(pixel: [number, number]): string {
    const place = this.map.getCoordinateFromPixel(pixel);
    const found = this.areas.getFeaturesAtCoordinate(place).find((area) => isIn(area, place));
    return found ? String(found.getId()) : "";
  }

  private styleOf(fill: CanvasPattern | string): Style {
    return new Style({ fill: new Fill({ color: fill }), stroke: new Stroke({ color: INK[this.theme].line, width: 1 }) });
  }

  private nameOf(area: RenderFeature, resolution: number): Style | undefined {
    const look = this.lookOf(area);
    const fits = look.label !== "" && hasRoom(area, look.label, resolution);
    const label = fits || look.mayReach ? look.label : look.mark;
    if (!label) return undefined;
    const text = this.labelOf({ ...look, label }, INK[this.theme], label !== look.label || fits);
    // Of two labels that would lie on each other the one with a mark is written, and then the one that stands on its own area.
    return new Style({ geometry: new Point(middleOf(area).slice(0, 2)), text, zIndex: look.mark ? 2 : fits ? 1 : 0 });
  }

  private chosenName(area: Single): Style | undefined {
    const look = this.lookOf(area);
    if (area.getId() !== this.ringed.chosen || !look.label) return undefined;
    return new Style({ text: this.labelOf(look, INK[this.theme], false) });
  }

  private lookOf = (area: Single | RenderFeature): Look => this.looks(String(area.getId())) ?? { lack: "missing", label: "" };

  /** What lies under hexagons, so that they are seen to be in the city. */
  private groundOf(): Style | undefined {
    return this.ground ? undefined : new Style({ fill: new Fill({ color: INK[this.theme].ground }) });
  }

  private borderOf(area: Single, resolution: number): Style {
    const ink = INK[this.theme];
    const style = new Style({ stroke: new Stroke({ color: ink.hatch, width: BACKDROP_LINE }) });
    const [left, , right] = area.getGeometry()?.getExtent() ?? [0, 0, 0, 0];
    const label = String(area.get("name")).replace(/-(?=\p{Lu})/gu, "-\n");
    if ((Number(right) - Number(left)) / resolution > LABELLED_WIDTH) style.setText(this.labelOf({ lack: "missing", label }, ink, false));
    return style;
  }

  /** @param isWithin Whether it lies on its own area alone; over others it has the colours that are read on all of them. */
  private labelOf(look: Look, ink: (typeof INK)[Theme], isWithin: boolean): Text {
    const isDark = "colour" in look && !isLight(look.colour);
    const [letters, halo] = isDark ? ["#ffffff", "#00000066"] : ["#0f1e28", "#ffffffb0"];
    const isOwn = isWithin && "colour" in look;
    return new Text({
      text: look.label,
      font: LETTERS,
      fill: new Fill({ color: isOwn ? letters : ink.label }),
      stroke: new Stroke({ color: isOwn ? halo : ink.halo, width: isOwn ? 3 : 4 }),
      // What fits has been measured.
      overflow: true,
    });
  }

  private ringOf(area: Single): Style[] {
    const ink = INK[this.theme];
    const code = String(area.getId());
    const kind = code === this.ringed.chosen ? "chosen" : code === this.ringed.beside ? "beside" : "pointed";
    const width = RINGS[kind];
    return [
      new Style({ stroke: new Stroke({ color: ink.casing, width: width + 3 }) }),
      new Style({ stroke: new Stroke({ color: ink.ring, width, ...(kind === "beside" ? { lineDash: [9, 6] } : {}) }) }),
    ];
  }
}

/** Let a source hold these, and nothing else. */
function show<T extends Single | RenderFeature>(source: VectorSource<T>, shown: T[]): void {
  source.clear(true);
  source.addFeatures(shown);
}

function singleOf({ id, geometry, properties }: Outline): Single {
  const area: Single = new Feature(shapeOnMap(geometry));
  area.setId(id);
  area.set("name", properties.name, true);
  return area;
}

/** Tell whether a label lies within its area: its widest line, where the area is cut through at the height of the label. */
function hasRoom(area: RenderFeature, label: string, resolution: number): boolean {
  const [left = 0, , right = 0] = area.getExtent();
  if ((right - left) / resolution < LABELLED_WIDTH) return false;
  const widest = Math.max(...label.split("\n").map((line) => measureTextWidth(LETTERS, line)));
  return widest < middleOf(area)[2] / resolution;
}

/**
 * What an area is filled with.
 *
 * @param sheer What is added to a colour that lets the ground through.
 */
export function fillOf(look: Look, theme: Theme, sheer = ""): CanvasPattern | string {
  const ink = INK[theme];
  if (!("colour" in look)) return hatching(look.lack, ink.hatch, ink.ground + sheer);
  return look.isFall ? hatching("fall", lineOn(look.colour), look.colour + sheer) : look.colour + sheer;
}

/** How long a movement may take: none for who has asked for less of it. */
const calm = (duration: number): number => (matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : duration);
