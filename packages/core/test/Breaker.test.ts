import { assert, describe, it } from "@effect/vitest"
import { Breaker } from "../src/internal/breaker.ts"

const probing = 1000

/** A breaker that has just opened at 0. */
const opened = () => {
  const breaker = new Breaker(probing)
  for (let i = 0; i < 5; i++) breaker.failed(0, 0)
  return breaker
}

describe("a breaker", () => {
  it("opens with the fifth failure in a row, and says so once", () => {
    const breaker = new Breaker(probing)
    const said = Array.from({ length: 8 }, () => breaker.failed(0, 0))
    assert.deepStrictEqual(said, [false, false, false, false, true, false, false, false])
  })

  it("stays closed while a step succeeds now and then", () => {
    const breaker = new Breaker(probing)
    for (let i = 0; i < 100; i++) {
      breaker.failed(i, 0)
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
    // The probe told nothing: its reader left.
    assert.strictEqual(breaker.admit(() => 1000 + probing), 2)
  })

  it("rests twice as long after each probe that fails, half a minute at most", () => {
    const breaker = opened()
    const rests: Array<number> = []
    let now = 1000
    for (let i = 0; i < 8; i++) {
      const pass = breaker.admit(() => now)!
      breaker.failed(now, pass)
      const failedAt = now
      while (breaker.admit(() => now) === undefined) now += 500
      // The pass just given is given up; the next round asks anew.
      rests.push(now - failedAt)
      now += probing
    }
    assert.deepStrictEqual(rests.slice(0, 7), [2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000])
  })

  it("learns nothing from what was asked before it opened, or from a probe that was given up", () => {
    const breaker = opened()
    for (let i = 0; i < 50; i++) breaker.failed(500, 0)
    assert.strictEqual(breaker.admit(() => 1000), 1)
    assert.strictEqual(breaker.admit(() => 2000), 2)
    breaker.failed(2001, 1)
    assert.strictEqual(breaker.admit(() => 3000), 3)
  })

  it("closes with any answer, and begins anew", () => {
    const breaker = opened()
    assert.isTrue(breaker.answered())
    assert.isFalse(breaker.answered())
    assert.strictEqual(breaker.admit(() => 1), 0)
    for (let i = 0; i < 4; i++) breaker.failed(1, 0)
    assert.isFalse(breaker.open)
  })
})
