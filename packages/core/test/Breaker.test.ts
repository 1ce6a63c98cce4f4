import { assert, describe, it } from "@effect/vitest"
import { Breaker } from "../src/internal/breaker.ts"

const probing = 1000

/** A breaker that has just opened at 0. */
const opened = () => {
  const breaker = new Breaker(probing)
  for (let i = 0; i < 5; i++) breaker.failed(0, 0, `key:${i}`)
  return breaker
}

describe("a breaker", () => {
  it("opens with the fifth key in a row that fails, and says so once", () => {
    const breaker = new Breaker(probing)
    const said = Array.from({ length: 8 }, (_, i) => breaker.failed(0, 0, `key:${i}`))
    assert.deepStrictEqual(said, [false, false, false, false, true, false, false, false])
  })

  it("stays closed while a step succeeds now and then", () => {
    const breaker = new Breaker(probing)
    for (let i = 0; i < 100; i++) {
      breaker.failed(i, 0, `key:${i}`)
      if (i % 4 === 3) breaker.answered()
    }
    assert.isFalse(breaker.open)
  })

  it("lets everybody ask while closed, nobody during the cool-down, then one at a time", () => {
    assert.strictEqual(new Breaker(probing).admit(() => 0), 0)
    const breaker = opened()
    assert.isUndefined(breaker.admit(() => 999))
    assert.strictEqual(breaker.admit(() => 1000), 1)
    assert.isUndefined(breaker.admit(() => 1000))
    // Until a step has ended for sure, a reader that comes a moment before its timer must not make it an old one.
    assert.isUndefined(breaker.admit(() => 1000 + probing))
    // The probe told nothing: its reader left.
    assert.strictEqual(breaker.admit(() => 1000 + 2 * probing), 2)
  })

  it("rests twice as long after each probe that fails, half a minute at most", () => {
    const breaker = opened()
    const rests: Array<number> = []
    let now = 1000
    for (let i = 0; i < 8; i++) {
      const pass = breaker.admit(() => now)!
      breaker.failed(now, pass, "key")
      const failedAt = now
      while (breaker.admit(() => now) === undefined) now += 500
      // The pass just given is given up; the next round asks anew.
      rests.push(now - failedAt)
      now += 2 * probing
    }
    assert.deepStrictEqual(rests.slice(0, 7), [2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000])
  })

  it("learns nothing from what was asked before it opened", () => {
    const breaker = opened()
    for (let i = 0; i < 50; i++) breaker.failed(500, 0, `late:${i}`)
    assert.strictEqual(breaker.admit(() => 1000), 1)
  })

  it("rests after a probe that fails late, too, and once for all that were under way", () => {
    const breaker = opened()
    assert.strictEqual(breaker.admit(() => 1000), 1)
    assert.strictEqual(breaker.admit(() => 3000), 2)
    breaker.failed(3001, 1, "a")
    breaker.failed(3002, 2, "b")
    assert.isUndefined(breaker.admit(() => 5000))
    assert.strictEqual(breaker.admit(() => 5001), 3)
  })

  it("is not asked back to back while each probe hangs and a reader comes at every moment", () => {
    const breaker = opened()
    const asked: Array<number> = []
    let hanging: { readonly pass: number; readonly until: number } | undefined
    for (let now = 0; now < 40_000; now++) {
      // Timers ring a little late, after the reader of the same moment has asked.
      const pass = breaker.admit(() => now)
      if (hanging !== undefined && now >= hanging.until) {
        breaker.failed(now + 0.4, hanging.pass, "key")
        hanging = undefined
      }
      if (pass === undefined) continue
      asked.push(now)
      hanging = { pass, until: now + probing }
    }
    assert.deepStrictEqual(asked.map((at) => Math.floor(at / 100) / 10), [1, 4, 9, 18, 35])
  })

  it("stays closed however often one key fails, and opens when what concerns no key does", () => {
    const breaker = new Breaker(probing)
    for (let i = 0; i < 1000; i++) breaker.failed(i, 0, "bad")
    assert.isFalse(breaker.open)
    for (let i = 0; i < 4; i++) breaker.failed(i, 0, undefined)
    assert.isTrue(breaker.open)
  })

  it("closes with any answer, and begins anew", () => {
    const breaker = opened()
    assert.isTrue(breaker.answered())
    assert.isFalse(breaker.answered())
    assert.strictEqual(breaker.admit(() => 1), 0)
    for (let i = 0; i < 4; i++) breaker.failed(1, 0, `key:${i}`)
    assert.isFalse(breaker.open)
  })
})
