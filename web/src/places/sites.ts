/** Lays measures and a drawn polygon over the areas of a map, and lets a polygon be drawn and its corners be moved. */

import Feature from "ol/Feature";
import { LineString, Point, Polygon, type Geometry, type MultiPolygon } from "ol/geom";
import DoubleClickZoom from "ol/interaction/DoubleClickZoom";
import Draw from "ol/interaction/Draw";
import Modify from "ol/interaction/Modify";
import VectorLayer from "ol/layer/Vector";
import { toLonLat } from "ol/proj";
import VectorSource from "ol/source/Vector";
import CircleStyle from "ol/style/Circle";
import Fill from "ol/style/Fill";
import RegularShape from "ol/style/RegularShape";
import Stroke from "ol/style/Stroke";
import Style from "ol/style/Style";
import Text from "ol/style/Text";
import type { Theme } from "../figures/colours";
import type { Atlas, Over } from "../map/atlas";
import { shapeOnMap } from "../map/shapes";
import { toGeometry, type Corner, type Shape } from "./polygons";
import { DASHES, SIGN_INK, type Role } from "./signs";

type Ground = Feature<Polygon | MultiPolygon>;

/** One ground on the map. */
export interface Sign {
  /** The measure's number. */
  id: string;
  role: Role;
  /** A GeoJSON geometry. */
  outline: object;
  isChosen: boolean;
  isCooperation: boolean;
}

/** What a reader does with what lies over the areas. */
export interface Deeds {
  choose: (id: string) => void;
  /** A polygon was drawn, or one of its corners moved. */
  drawn: (shape: Shape) => void;
  /** A corner was set or taken away while drawing: how many there are, and the last of them. */
  corner: (count: number, last: Corner | null) => void;
}

const REACH = 6;
const BADGE = 12;
/** A badge stands on every part of a ground that is at least so large a share of its largest. */
const PART_WITH_BADGE = 0.2;
const STEP = 48;
const SMALL_STEP = 8;

/** With what something is drawn. */
export type Hand = "pointer" | "keys";

export class Sites implements Over {
  private readonly grounds = new VectorSource<Ground>();
  private readonly polygon = new VectorSource<Feature<Geometry>>();
  private readonly layer = new VectorLayer({
    source: this.grounds,
    style: (ground) => this.styleOf(ground as Ground),
    // Where a badge stands no name of an area does.
    declutter: true,
    zIndex: 5,
  });
  private readonly drawn = new VectorLayer({ source: this.polygon, style: () => this.styleOfDrawn(), zIndex: 6 });
  private readonly modify = new Modify({ source: this.polygon, style: () => this.styleOfCorner() });
  private hand: Hand | null = null;
  private pen: Draw | null = null;
  private corners: number[][] = [];

  constructor(
    private readonly atlas: Atlas,
    private readonly deeds: Deeds,
    private theme: Theme,
  ) {
    atlas.sheet.addLayer(this.layer);
    atlas.sheet.addLayer(this.drawn);
    atlas.sheet.addInteraction(this.modify);
    atlas.over = this;
    this.modify.on("modifyend", () => this.tell(this.polygon.getFeatures()[0] as Ground));
  }

  /** Show these grounds, and no others. */
  show(signs: Sign[]): void {
    this.grounds.clear(true);
    this.grounds.addFeatures(
      signs.map((sign) => {
        const ground = this.read(sign.outline);
        ground.setProperties({ sign });
        return ground;
      }),
    );
  }

  /** Show this polygon as the drawn one; null for none. */
  showDrawn(shape: Shape | null): void {
    this.polygon.clear(true);
    if (shape) this.polygon.addFeature(this.read(shape.length === 1 ? { ...toGeometry(shape), ...ofOne(shape) } : toGeometry(shape)));
  }

  /** Draw in other colours. */
  wear(theme: Theme): void {
    this.theme = theme;
    this.layer.changed();
    this.drawn.changed();
  }

  /** Bring what is chosen, or the drawn polygon, to the middle. */
  showWhole(what: "chosen" | "drawn"): void {
    const found = what === "drawn" ? this.polygon.getFeatures() : this.grounds.getFeatures().filter((ground) => signOf(ground).isChosen);
    const extents = found.flatMap((ground) => ground.getGeometry()?.getExtent() ?? []);
    if (!extents.length) return;
    this.atlas.sheet.getTargetElement()?.scrollIntoView({ block: "nearest" });
    const at = (axis: number): number[] => extents.filter((_, index) => index % 4 === axis);
    this.atlas.showExtent([Math.min(...at(0)), Math.min(...at(1)), Math.max(...at(2)), Math.max(...at(3))]);
  }

  /** Tell whether somebody is drawing: then the map is theirs. */
  get isHeld(): boolean {
    return this.hand !== null;
  }

  /** Begin to draw: with the pointer, or corner by corner in the middle of the map. */
  begin(hand: Hand): void {
    this.stop();
    this.showDrawn(null);
    this.hand = hand;
    this.zooms(false);
    this.modify.setActive(false);
    if (hand === "pointer") this.atlas.sheet.addInteraction((this.pen = this.newPen()));
  }

  /** Draw no more; what was begun is gone. */
  stop(): void {
    if (!this.hand) return;
    if (this.pen) this.atlas.sheet.removeInteraction(this.pen);
    this.polygon.clear(true);
    [this.hand, this.pen, this.corners] = [null, null, []];
    this.modify.setActive(true);
    // The click that ends a drawing is a double one, and is not meant to zoom.
    setTimeout(() => this.zooms(true), 400);
  }

  /** Set a corner in the middle of the map. */
  setCorner(): void {
    const middle = this.atlas.sheet.getView().getCenter();
    if (middle) this.set([...this.corners, middle]);
  }

  /** Take the last corner away. */
  takeCorner(): void {
    if (this.hand === "keys") this.set(this.corners.slice(0, -1));
    else if (this.corners.length) this.pen?.removeLastPoint();
  }

  /** End the drawing with the corners that are set; at least three. */
  finish(): void {
    if (this.corners.length < 3) return;
    if (this.hand === "pointer") {
      this.pen?.finishDrawing();
      return;
    }
    const drawn = new Feature(closed(this.corners));
    this.stop();
    this.tell(drawn);
  }

  /** Move the map under its middle. */
  move(across: number, up: number, isSmall: boolean): void {
    const view = this.atlas.sheet.getView();
    const [x, y] = view.getCenter() ?? [0, 0];
    const step = (isSmall ? SMALL_STEP : STEP) * Number(view.getResolution());
    view.setCenter([Number(x) + across * step, Number(y) + up * step]);
  }

  click([x, y]: [number, number]): boolean {
    if (this.isHeld) return true;
    const isNear = (part: Polygon): boolean => {
      const [left, top] = this.atlas.sheet.getPixelFromCoordinate(part.getInteriorPoint().getCoordinates().slice(0, 2)) ?? [];
      return Math.hypot(Number(left) - x, Number(top) - y) <= BADGE + REACH;
    };
    const found = this.grounds.getFeatures().find((ground) => signOf(ground).role === "target" && partsOf(ground).some(isNear));
    if (found) this.deeds.choose(signOf(found).id);
    return Boolean(found);
  }

  /** Take everything off the map. */
  close(): void {
    this.stop();
    this.atlas.over = null;
    for (const layer of [this.layer, this.drawn]) this.atlas.sheet.removeLayer(layer);
    this.atlas.sheet.removeInteraction(this.modify);
  }

  private zooms(isActive: boolean): void {
    this.atlas.sheet.getInteractions().forEach((one) => {
      if (one instanceof DoubleClickZoom) one.setActive(isActive);
    });
  }

  private read = (outline: object): Ground => new Feature(shapeOnMap(outline));

  private newPen(): Draw {
    const pen = new Draw({ type: "Polygon", style: () => this.styleOfPen() });
    pen.on("drawstart", ({ feature }) => {
      const geometry = feature.getGeometry() as Polygon;
      // Of the ring the last corner is the first again, and the one before it follows the pointer.
      geometry.on("change", () => this.count(geometry.getCoordinates()[0]?.slice(0, -2) ?? []));
    });
    pen.on("drawend", ({ feature }) => {
      this.stop();
      this.tell(feature as Ground);
    });
    return pen;
  }

  private set(corners: number[][]): void {
    this.count(corners);
    this.polygon.clear(true);
    if (!corners.length) return;
    const shape = corners.length < 3 ? new LineString(corners.length < 2 ? [...corners, ...corners] : corners) : closed(corners);
    this.polygon.addFeatures([new Feature(shape), ...corners.map((corner) => new Feature(new Point(corner)))]);
  }

  private count(corners: number[][]): void {
    if (corners.length === this.corners.length) return;
    this.corners = corners;
    this.deeds.corner(corners.length, corners.length ? (toLonLat(corners.at(-1) ?? []) as Corner) : null);
  }

  private tell(ground: Ground | undefined): void {
    const geometry = ground?.getGeometry()?.clone().transform("EPSG:3857", "EPSG:4326");
    if (!geometry) return;
    const polygons =
      geometry.getType() === "Polygon" ? [(geometry as Polygon).getCoordinates()] : (geometry as MultiPolygon).getCoordinates();
    this.deeds.drawn(polygons.map((rings) => rings.map((ring) => ring.slice(0, -1).map(([x, y]): Corner => [Number(x), Number(y)]))));
  }

  private line(role: Role | "drawn", width: number): Style[] {
    const ink = SIGN_INK[this.theme];
    const lineDash = DASHES[role];
    return [
      new Style({ stroke: new Stroke({ color: ink.casing, width: width + 3 }) }),
      new Style({ stroke: new Stroke({ color: role === "drawn" ? ink.drawn : ink.measure, width, lineDash, lineCap: "round" }) }),
    ];
  }

  private styleOf(ground: Ground): Style[] {
    const sign = signOf(ground);
    const lines = this.line(sign.role, sign.isChosen ? 3.5 : 2);
    return sign.role === "target" ? [...lines, ...this.badges(ground, sign)] : lines;
  }

  private badges(ground: Ground, sign: Sign): Style[] {
    const ink = SIGN_INK[this.theme];
    const look = {
      declutterMode: "obstacle" as const,
      fill: new Fill({ color: ink.measure }),
      stroke: new Stroke({ color: ink.casing, width: 2 }),
    };
    const image = sign.isCooperation
      ? new RegularShape({ ...look, points: 4, angle: Math.PI / 4, radius: BADGE + 4 })
      : new CircleStyle({ ...look, radius: BADGE });
    const text = new Text({
      text: sign.id,
      declutterMode: "none",
      font: "700 12px system-ui, 'DejaVu Sans', sans-serif",
      fill: new Fill({ color: ink.text }),
    });
    return partsOf(ground).map((part) => new Style({ geometry: part.getInteriorPoint(), image, text }));
  }

  private styleOfDrawn(): Style[] {
    const corner = this.styleOfCorner();
    return [corner, new Style({ fill: new Fill({ color: SIGN_INK[this.theme].fill }) }), ...this.line("drawn", 3.5)];
  }

  private styleOfPen(): Style[] {
    return [new Style({ fill: new Fill({ color: SIGN_INK[this.theme].fill }) }), ...this.line("drawn", 2.5), this.styleOfCorner()];
  }

  private styleOfCorner(): Style {
    const ink = SIGN_INK[this.theme];
    return new Style({
      image: new CircleStyle({ radius: 6, fill: new Fill({ color: ink.drawn }), stroke: new Stroke({ color: ink.casing, width: 2 }) }),
    });
  }
}

const closed = (corners: number[][]): Polygon => new Polygon([[...corners, ...corners.slice(0, 1)]]);

const signOf = (ground: Ground): Sign => ground.get("sign") as Sign;

const ofOne = (shape: Shape): { type: "Polygon"; coordinates: Corner[][] } => ({
  type: "Polygon",
  coordinates: toGeometry(shape).coordinates[0] ?? [],
});

/** The parts of a ground that are large enough for a badge of their own. */
function partsOf(ground: Ground): Polygon[] {
  const shape = ground.getGeometry();
  if (!shape) return [];
  const parts = shape.getType() === "Polygon" ? [shape as Polygon] : (shape as MultiPolygon).getPolygons();
  const largest = Math.max(...parts.map((part) => part.getArea()));
  return parts.filter((part) => part.getArea() >= PART_WITH_BADGE * largest);
}
