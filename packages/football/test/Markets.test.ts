import { assert, describe, it } from "@effect/vitest"
import { Markets } from "@smart-cache/football"

describe("Markets", () => {
  it("has exactly 99 markets, each with its own id and name", () => {
    assert.strictEqual(Markets.all.length, 99)
    assert.strictEqual(new Set(Markets.all.map((market) => market.id)).size, 99)
    assert.strictEqual(new Set(Markets.all.map((market) => market.name)).size, 99)
  })

  it("has the families of the menu in their sizes", () => {
    const sizes: Partial<Record<Markets.Group, number>> = {}
    for (const { group } of Markets.all) sizes[group] = (sizes[group] ?? 0) + 1
    assert.deepStrictEqual(sizes, {
      "result": 5,
      "handicap": 6,
      "asian-handicap": 13,
      "totals": 20,
      "goal-lines": 12,
      "both-score": 5,
      "combos": 3,
      "halves": 4,
      "correct-score": 4,
      "corners": 6,
      "discipline": 15,
      "scorers": 6
    })
  })

  it("names ids as the menu does", () => {
    const ids = [
      "match-odds",
      "over-under-2-5-goals",
      "home-clean-sheet",
      "home-plus-1",
      "away-over-under-0-5-goals",
      "asian-handicap-home-minus-1-25",
      "asian-handicap-home-0",
      "asian-handicap-home-plus-0-5",
      "goal-line-2-25",
      "match-odds-and-over-under-3-5-goals",
      "corners-over-under-13-5",
      "away-cards-over-under-1-5",
      "to-score-a-hat-trick"
    ]
    for (const id of ids) assert.strictEqual(Markets.get(id).id, id)
  })

  it("rests every market on at least one factor, none named twice", () => {
    for (const { dependsOn, id } of Markets.all) {
      assert.isNotEmpty(dependsOn, id)
      assert.strictEqual(new Set(dependsOn).size, dependsOn.length, id)
    }
  })

  it("refuses an unknown id", () => {
    assert.throws(() => Markets.get("to-qualify"), RangeError, "\"to-qualify\"")
  })
})
