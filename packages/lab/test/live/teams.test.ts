/** Which match is meant by two names. */
import { assert, it } from "@effect/vitest"
import * as Teams from "@smart-cache/lab/live/teams"
import { match } from "../fixtures.ts"

const matches = [
  ["Manchester City", "Real Madrid"],
  ["Manchester United", "Real Sociedad"],
  ["Valencia CF", "Getafe CF"],
  ["PSV", "AZ"],
  ["Valencia CF", "Getafe CF"]
].map(([home, away], i) => ({ ...match(String(i), i), home: home!, away: away! }))

const found = (home: string, away: string) => Teams.find(matches, { home, away })?.id

it("the first match of the teams is meant, by their names or by parts of them", () => {
  assert.strictEqual(found("valencia cf", "GETAFE CF"), "2")
  assert.strictEqual(found("Valencia", "Get"), "2")
  assert.strictEqual(found("Manchester", "Madrid"), "0")
  assert.strictEqual(found("psv", "az"), "3")
})

it("none is meant by parts that fit several pairings, or that are too short to mean one", () => {
  for (
    const [home, away] of [["Manchester", "Real"], ["a", "e"], ["Valencia", "Ge"], ["PSV", "a"], ["", ""]] as const
  ) {
    assert.isUndefined(found(home, away), `${home} v ${away}`)
  }
  const similar = Teams.similar(matches, { home: "Manchester", away: "Real" })
  assert.includeMembers([...similar], ["Manchester City v Real Madrid", "Manchester United v Real Sociedad"])
})
