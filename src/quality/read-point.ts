import { literal } from '../model/sql-text.ts'
import { type Cell, emptyText, type Reading, textOf } from './reading.ts'

const NUMBER = '-?[0-9]+(?:[.][0-9]+)?'
const CANONICAL = `[(]${NUMBER}, ${NUMBER}[)]`
const PAIR = `^\\s*[(]?\\s*(${NUMBER})\\s*,\\s*(${NUMBER})\\s*[)]?\\s*$`
// Well-known text and GeoJSON say longitude first.
const WKT = `^\\s*(?:SRID=[0-9]+;)?POINT\\s*[(]\\s*(${NUMBER})\\s+(${NUMBER})\\s*[)]\\s*$`
const GEOJSON = `^.*coordinates['"]?\\s*:\\s*\\[\\s*(${NUMBER})\\s*,\\s*(${NUMBER})\\s*\\].*$`
// JSON, a Python dictionary and DuckDB's own struct differ in their quotes only.
const MEMBER = (name: string): string => `\\b${name}['"]?\\s*:\\s*['"]?(${NUMBER})`

/** A place in any export's shape as the city writes it, `(latitude, longitude)`, digit by digit; an unknown shape stays. */
export function readPoint(cell: Cell): Reading {
  const { found, value } = cell
  const replace = (pattern: string, by: string, flags: string): string =>
    `WHEN regexp_matches(${found}, ${literal(pattern)}, '${flags}')
      THEN regexp_replace(${found}, ${literal(pattern)}, '${by}', '${flags}')`
  const [latitude, longitude] = ['latitude', 'longitude'].map((name) => literal(MEMBER(name)))
  const has = (member: string | undefined): string => `regexp_matches(${found}, ${member}, 'i')`
  const digits = (member: string | undefined): string => `regexp_extract(${found}, ${member}, 1, 'i')`
  return {
    value: `CASE WHEN regexp_full_match(${found}, ${literal(CANONICAL)}) THEN ${found}
      ${replace(PAIR, '(\\1, \\2)', 's')}
      ${replace(WKT, '(\\2, \\1)', 'is')}
      WHEN ${has(latitude)} AND ${has(longitude)} THEN '(' || ${digits(latitude)} || ', ' || ${digits(longitude)} || ')'
      ${replace(GEOJSON, '(\\2, \\1)', 'is')}
      ELSE ${textOf(cell)} END`,
    repairs: { ...emptyText(cell), location_rewritten: `${value} <> ${found}` },
  }
}
