// The names are invented: no row of the demo names a place where somebody lives. The numbering is the city's own, 800 to
// the mile from the corner of its two base lines.
const BEGINNINGS = [
  'ALDER',
  'AMBER',
  'ASH',
  'BAR',
  'BIRCH',
  'BRAM',
  'BRIAR',
  'COPPER',
  'DUSK',
  'EAGLE',
  'ELDER',
  'FALLOW',
  'FERN',
  'FLINT',
  'FOX',
  'GARNET',
  'GLASS',
  'HAZEL',
  'HERON',
  'IVY',
  'JASPER',
  'KESTREL',
  'LARK',
  'LINDEN',
  'MARBLE',
  'MOSS',
  'OPAL',
  'OTTER',
  'PEBBLE',
  'QUILL',
  'RAVEN',
  'SABLE',
  'SLATE',
  'SORREL',
  'TANSY',
  'THISTLE',
  'UMBER',
  'VALE',
  'WILLOW',
  'YARROW',
]
const ENDINGS = [
  'BY',
  'CREST',
  'DALE',
  'FIELD',
  'FORD',
  'GATE',
  'HOLM',
  'HURST',
  'LEY',
  'MERE',
  'MOOR',
  'RIDGE',
  'STEAD',
  'WICK',
]

const BASE = { x: 1_176_360, y: 1_900_300 }
const FEET_PER_HUNDRED = 660
/** Streets lie sixteen to the mile. */
const STREET_FEET = 330

/** The nearest point on a street that runs north (`true`) or east. */
export function onStreet(x: number, y: number, north: boolean): { x: number; y: number; block: string } {
  const line = Math.round((north ? x - BASE.x : y - BASE.y) / STREET_FEET)
  const along = north ? y - BASE.y : x - BASE.x
  const [positive, negative] = north ? ['N', 'S'] : ['E', 'W']
  const block = `${hundred(along)} ${along >= 0 ? positive : negative} ${streetName(line, north)}`
  return north ? { x: BASE.x + line * STREET_FEET, y, block } : { x, y: BASE.y + line * STREET_FEET, block }
}

function hundred(along: number): string {
  const number = Math.floor(Math.abs(along) / FEET_PER_HUNDRED)
  return number === 0 ? '0000X' : `${String(number).padStart(3, '0')}XX`
}

function streetName(line: number, north: boolean): string {
  const at = (line + 512) * 2 + Number(north)
  const begin = BEGINNINGS[(at * 7) % BEGINNINGS.length]!
  const end = ENDINGS[(at * 5 + Math.floor(at / BEGINNINGS.length)) % ENDINGS.length]!
  return `${begin}${end} ${north ? ['AVE', 'AVE', 'DR'][at % 3] : ['ST', 'ST', 'PL'][at % 3]}`
}
