/** No vowels, so that chance spells no word, and nothing that is mistaken for another sign. */
const SIGNS = '23456789bcdfghjkmnpqrstvwxz'

/**
 * A run's name, such as `20261123T060000Z-x7k2`: it sorts by time, and four random signs tell runs of one second apart.
 * `random` is as of Math.random.
 */
export function runId(at: Date, random: () => number): string {
  const time = `${at.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`
  const tail = Array.from({ length: 4 }, () => SIGNS[Math.floor(random() * SIGNS.length)])
  return `${time}-${tail.join('')}`
}
