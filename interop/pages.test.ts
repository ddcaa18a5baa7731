import { globSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from '../test/tidy/source-file.ts'

// A browser takes as long to begin as many a test does, and a city longer: in one process the tests of pages share both.
for (const file of globSync('test/web/*.test.ts', { cwd: root }).sort()) await import(pathToFileURL(join(root, file)).href)
