import assert from 'node:assert/strict'
import { test } from 'node:test'
import { csvLine } from '../../src/dashboard/csv.ts'
import { Answers } from '../../src/dashboard/answers.ts'
import { Hold } from '../../src/dashboard/memory/hold.ts'

test('a cell that a spreadsheet would run is made a text, numbers stay numbers', () => {
  assert.equal(csvLine(['=1+1', '+1', '-1', '@x', '\tx', '\rx']), `'=1+1,'+1,'-1,'@x,'\tx,"'\rx"\r\n`)
  assert.equal(csvLine([-1, 1.5, 12n, true, null, '']), '-1,1.5,12,true,,\r\n')
  assert.equal(csvLine(['a,b', 'say "hi"', 'two\nlines', "O'Brien"]), '"a,b","say ""hi""","two\nlines",O\'Brien\r\n')
})

test('answers are found once, kept up to their limit, and forgotten if they fail', async () => {
  const answers = new Answers(10)
  let found = 0
  const ask = (question: string, text: string): Promise<string> =>
    answers.answer(question, async () => {
      found++
      return text
    })
  await Promise.all([ask('a', '12345'), ask('a', '12345')])
  await ask('b', '12345')
  await ask('a', '12345')
  assert.equal(found, 2)
  await ask('c', '1')
  // b was asked for longest ago.
  await ask('a', '12345')
  assert.equal(found, 3)
  await ask('b', '12345')
  assert.equal(found, 4)
  await assert.rejects(answers.answer('d', () => Promise.reject(new Error('no'))))
  assert.equal(await answers.answer('d', async () => 'yes'), 'yes')
})

test('what somebody uses is let go when they are done, once', async () => {
  let gone = 0
  const hold = new Hold(() => gone++)
  await hold.using(async () => {
    hold.release()
    hold.release()
    assert.equal(gone, 0)
  })
  assert.equal(gone, 1)
})
