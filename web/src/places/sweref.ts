/** From metres on the Swedish planes to longitude and latitude, by the Gauss conformal projection as Lantmäteriet gives it. */

const AXIS = 6_378_137;
const FLATTENING = 1 / 298.257222101;
const N = FLATTENING / (2 - FLATTENING);
const MEAN = (AXIS / (1 + N)) * (1 + N ** 2 / 4 + N ** 4 / 64);
const DELTAS = [
  N / 2 - (N ** 2 * 2) / 3 + (N ** 3 * 37) / 96 - N ** 4 / 360,
  N ** 2 / 48 + N ** 3 / 15 - (N ** 4 * 437) / 1440,
  (N ** 3 * 17) / 480 - (N ** 4 * 37) / 840,
  (N ** 4 * 4397) / 161_280,
];

/** A plane: the meridian in its middle, its scale there, and what is added to its eastings. */
interface Plane {
  meridian: number;
  scale: number;
  east: number;
}

/** SWEREF 99 18 00, the city's own, and SWEREF 99 TM, the whole country's. */
export const PLANES: Record<"sweref991800" | "sweref99tm", Plane> = {
  sweref991800: { meridian: 18, scale: 1, east: 150_000 },
  sweref99tm: { meridian: 15, scale: 0.9996, east: 500_000 },
};

/** Longitude and latitude of a point on a plane. */
export function onEarth(easting: number, northing: number, { meridian, scale, east }: Plane): [number, number] {
  const [xi, eta] = [northing / (scale * MEAN), (easting - east) / (scale * MEAN)];
  let [along, across] = [xi, eta];
  DELTAS.forEach((delta, index) => {
    const times = 2 * (index + 1);
    along -= delta * Math.sin(times * xi) * Math.cosh(times * eta);
    across -= delta * Math.cos(times * xi) * Math.sinh(times * eta);
  });
  const conformal = Math.asin(Math.sin(along) / Math.cosh(across));
  const longitude = meridian + degrees(Math.atan2(Math.sinh(across), Math.cos(along)));
  return [longitude, degrees(geodetic(conformal))];
}

const degrees = (radians: number): number => (radians * 180) / Math.PI;

/** The latitude of a conformal one. */
function geodetic(conformal: number): number {
  const e2 = FLATTENING * (2 - FLATTENING);
  const s = Math.sin(conformal) ** 2;
  const a = e2 + e2 ** 2 + e2 ** 3 + e2 ** 4;
  const b = -(7 * e2 ** 2 + 17 * e2 ** 3 + 30 * e2 ** 4) / 6;
  const c = (224 * e2 ** 3 + 889 * e2 ** 4) / 120;
  const d = (-4279 * e2 ** 4) / 1260;
  return conformal + Math.sin(conformal) * Math.cos(conformal) * (a + b * s + c * s ** 2 + d * s ** 3);
}
