import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { messageOf, testMessage } from '../../src/alert/message.ts'
import { duration } from '../../src/alert/words.ts'
import { ALERT_EVENTS } from '../../src/model/alert.ts'
import { EXAMPLES, raised, RUN } from './alerts.ts'

const PLACE = { lake: '/srv/blotter/lake', link: 'https://blotter.example.org/' }

describe('A message', () => {
  it('exists for every event, with its headers, in lines that every mail program shows', () => {
    assert.deepEqual([...new Set(EXAMPLES.map((alert) => alert.event))].toSorted(), [...ALERT_EVENTS].toSorted())
    for (const alert of EXAMPLES) {
      const message = messageOf(raised(alert), PLACE)
      assert.equal(message.headers['X-Blotter-Event'], alert.event)
      assert.equal(message.headers['X-Blotter-Run'], 'run' in alert ? RUN.run : undefined)
      assert.ok(message.subject.startsWith('[Blotter] ') && message.subject.length <= 120, message.subject)
      assert.doesNotMatch(message.subject, /[\r\n]/)
      assert.doesNotMatch(message.text + message.html, /undefined|NaN|\[object|null/)
      for (const line of message.text.split('\n')) assert.ok(line.length <= 100, line)
    }
  })

  it('says how long against which limit, which step, what was tried last, what to do and where to look', () => {
    const { text, html } = messageOf(raised(EXAMPLES[0]!), PLACE)
    for (const told of [
      '34 min 7 s',
      'Limit        34 min',
      'step land',
      'read ECONNRESET',
      'blotter runs terminate 20261123T060000Z-x7k2',
    ]) {
      assert.ok(text.includes(told), told)
    }
    assert.ok(text.includes('https://blotter.example.org/runs/20261123T060000Z-x7k2'))
    assert.ok(html.includes('href="https://blotter.example.org/runs/20261123T060000Z-x7k2"'))
    assert.ok(!messageOf(raised(EXAMPLES[0]!), { ...PLACE, link: undefined }).html.includes('href'))
  })

  it('names the slow step of a forecast, and the numbers that a guard saw', () => {
    const forecast = messageOf(raised(EXAMPLES[5]!), PLACE)
    assert.match(forecast.subject, /step extract is slow/)
    assert.match(forecast.text, /will probably take\s+41 min 40 s.*14 min 40 s, usually 5 min 10 s/s)
    const held = messageOf(raised(EXAMPLES[7]!), PLACE).text
    assert.match(held, /Vanished {2}41,203\nBefore {4}300,000\nLimit {5}5 %/)
  })

  it('shows what others wrote as text, never as HTML', () => {
    const { html } = messageOf(raised(EXAMPLES[0]!), PLACE)
    assert.ok(html.includes('&lt;read&gt; &amp; &quot;ETIMEDOUT&quot;'))
    assert.doesNotMatch(html, /<read>|<script|<img|url\(|javascript:/)
  })

  it('is the same whoever makes it and when, and another alert has another id', () => {
    const [first, second] = [messageOf(raised(EXAMPLES[0]!), PLACE), messageOf(raised(EXAMPLES[0]!), PLACE)]
    assert.deepEqual(first, second)
    assert.notEqual(first.id, messageOf({ ...raised(EXAMPLES[0]!), occasion: 'again' }, PLACE).id)
    assert.notEqual(first.id, messageOf(raised(EXAMPLES[0]!), { ...PLACE, lake: '/srv/other' }).id)
    const recovered = messageOf(raised(EXAMPLES[8]!), PLACE)
    assert.equal(recovered.thread, first.thread)
  })

  it('of a test says that nothing has happened', () => {
    const message = testMessage(PLACE, new Date('2026-11-23T06:00:00Z'), 'example.org')
    assert.equal(message.headers['X-Blotter-Event'], 'test')
    assert.match(message.text, /Nothing\s+has happened/)
  })
})

describe('A duration', () => {
  it('is told in two units at most, rounded down', () => {
    const told = [0, 850, 1000, 59_999, 60_000, 2_047_999, 3_600_000, 100_800_000, 93_784_000].map(duration)
    assert.deepEqual(told, ['0 ms', '850 ms', '1 s', '59 s', '1 min', '34 min 7 s', '1 h', '1 d 4 h', '1 d 2 h'])
  })
})
