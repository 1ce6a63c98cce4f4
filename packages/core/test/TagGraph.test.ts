import { assert, describe, it } from "@effect/vitest"
import * as TagGraph from "@smart-cache/core/TagGraph"
import { Arbitrary } from "effect"
import { anyText, integer, oneOf, properties } from "./arbitraries.ts"

const repeatedly = properties(300)

/** Names of a graph; one letter may be an event, a factor and a market at once. */
const names = (prefix: string, n: number): ReadonlyArray<string> => Array.from({ length: n }, (_, i) => `${prefix}${i}`)

const some = (from: ReadonlyArray<string>) =>
  Arbitrary.map(
    Arbitrary.array(integer(0, Math.max(0, from.length - 1)), { maxLength: 4 }),
    (picks) => from.length === 0 ? [] : picks.map((i) => from[i]!)
  )

const record = (keys: ReadonlyArray<string>, of: (i: number) => ReadonlyArray<string>) =>
  Arbitrary.map(
    Arbitrary.all(keys.map((_, i) => some(of(i)))),
    (edges) => Object.fromEntries(keys.map((key, i) => [key, edges[i]!]))
  )

/** A graph without cycles: a factor changes only factors of a higher number. */
const definitions: Arbitrary.Arbitrary<TagGraph.Definition> = Arbitrary.flatMap(
  Arbitrary.all([integer(0, 5), integer(0, 10), integer(0, 12), oneOf("", "factor ")]),
  ([events, factors, markets, prefix]) => {
    const all = names(prefix, factors)
    return Arbitrary.all({
      events: record(names("", events), () => all),
      factors: record(all, (i) => all.slice(i + 1)),
      markets: record(names("", markets), () => all)
    })
  }
)

/** The factors that change with an event, found by adding until nothing is new. */
const changedBy = (definition: TagGraph.Definition, event: string): ReadonlySet<string> => {
  const changed = new Set(definition.events[event])
  for (let before = -1; before !== changed.size;) {
    before = changed.size
    for (const factor of Array.from(changed)) for (const next of definition.factors?.[factor] ?? []) changed.add(next)
  }
  return changed
}

const reachable = (definition: TagGraph.Definition, event: string): ReadonlyArray<string> => {
  const changed = changedBy(definition, event)
  return Object.keys(definition.markets).filter((market) => definition.markets[market]!.some((f) => changed.has(f)))
}

describe("an event", () => {
  it.prop(
    "affects the markets that can be reached from it, in the order of the definition",
    [definitions],
    ([definition]) => {
      const graph = TagGraph.make(definition)
      assert.deepStrictEqual(graph.events, Object.keys(definition.events))
      assert.deepStrictEqual(graph.markets, Object.keys(definition.markets))
      for (const event of graph.events) assert.deepStrictEqual(graph.affected(event), reachable(definition, event))
    },
    repeatedly("reachability")
  )

  it.prop("that does what two others do affects what either affects", [definitions], ([definition]) => {
    const [a = [], b = []] = Object.values(definition.events)
    const graph = TagGraph.make({ ...definition, events: { a, b, both: [...a, ...b] } })
    const either = new Set([...graph.affected("a")!, ...graph.affected("b")!])
    assert.deepStrictEqual(graph.affected("both"), graph.markets.filter((market) => either.has(market)))
  }, repeatedly("union"))

  it.prop(
    "that the graph does not know is undefined, whatever it is called",
    [definitions, anyText],
    ([definition, name]) => {
      const graph = TagGraph.make(definition)
      for (const event of [name, "toString", "__proto__", "constructor", "factor 0", "event 0"]) {
        if (!graph.events.includes(event)) assert.isUndefined(graph.affected(event))
      }
      assert.isUndefined(TagGraph.empty.affected(name))
    },
    repeatedly("unknown")
  )

  it("may be called like anything that objects have", () => {
    const definition = JSON.parse(
      "{\"events\":{\"__proto__\":[\"constructor\"]},\"markets\":{\"toString\":[\"constructor\"],\"m\":[\"valueOf\"]}}"
    ) as TagGraph.Definition
    const graph = TagGraph.make(definition)
    assert.deepStrictEqual(graph.affected("__proto__"), ["toString"])
  })

  it("reaches through a chain as long as one likes", () => {
    const chain = Object.fromEntries(names("f", 20_000).map((name, i) => [name, [`f${i + 1}`]]))
    const graph = TagGraph.make({ events: { start: ["f0"] }, factors: chain, markets: { end: ["f20000"], off: ["x"] } })
    assert.deepStrictEqual(graph.affected("start"), ["end"])
  })
})

describe("a cycle", () => {
  it.prop("of any length is refused, and its path is told", [definitions, integer(1, 8)], ([definition, length]) => {
    const ring = names("ring ", length)
    const factors = {
      ...definition.factors,
      ...Object.fromEntries(ring.map((name, i) => [name, [ring[(i + 1) % length]!]]))
    }
    let message = ""
    try {
      TagGraph.make({ ...definition, factors })
    } catch (error) {
      assert.instanceOf(error, RangeError)
      message = (error as RangeError).message
    }
    const path = message.replace("TagGraph.make: factors must not form a cycle, got ", "").split(" → ")
    assert.strictEqual(path.length, length + 1, message)
    assert.strictEqual(path[0], path.at(-1))
    assert.sameMembers(path.slice(1), [...ring])
    path.slice(1).forEach((name, i) => assert.include(factors[path[i]!]!, name))
  }, repeatedly("cycle"))

  it("is not a factor that two others change, nor an event and a market of one name", () => {
    const graph = TagGraph.make({
      events: { x: ["a", "b"] },
      factors: { a: ["x"], b: ["x"] },
      markets: { x: ["x"], a: ["b"] }
    })
    assert.deepStrictEqual(graph.affected("x"), ["x", "a"])
  })
})

describe("a name that is empty", () => {
  it("is refused by its kind", () => {
    assert.throws(
      () => TagGraph.make({ events: { "": [] }, markets: {} }),
      RangeError,
      /event must not be empty, got ""/
    )
    assert.throws(
      () => TagGraph.make({ events: { e: [""] }, markets: {} }),
      RangeError,
      /factor must not be empty, got ""/
    )
    assert.throws(
      () => TagGraph.make({ events: {}, markets: { "": [] } }),
      RangeError,
      /market must not be empty, got ""/
    )
  })
})

describe("a drawing", () => {
  it.prop("has every node once and every edge, in both languages", [definitions], ([definition]) => {
    const graph = TagGraph.make(definition)
    const nodes = graph.events.length + graph.factors.length + graph.markets.length
    const edges = [definition.events, definition.factors ?? {}, definition.markets].flatMap((each) =>
      Object.values(each).flat()
    )
    const mermaid = graph.toMermaid().split("\n")
    const dot = graph.toDot().split("\n")
    assert.strictEqual(mermaid.filter((line) => /^ +\d+\["/.test(line)).length, nodes)
    assert.strictEqual(dot.filter((line) => /^ +"\d+" \[label=/.test(line)).length, nodes)
    assert.strictEqual(mermaid.filter((line) => line.includes("-->")).length, edges.length)
    assert.strictEqual(dot.filter((line) => line.includes("->")).length, edges.length)
    for (const name of [...graph.events, ...graph.factors, ...graph.markets]) {
      assert.isTrue(mermaid.some((line) => line.includes(`["${name}"]`)), `${name} in Mermaid`)
      assert.isTrue(dot.some((line) => line.includes(`[label="${name}"]`)), `${name} in DOT`)
    }
  }, repeatedly("drawing"))

  it("cannot be broken by a name", () => {
    const graph = TagGraph.make({ events: { "a\"]\n x": ["f\"];"] }, markets: { "m|<>": ["f\"];"] } })
    assert.strictEqual(graph.toMermaid().split("\n").length, 6)
    assert.strictEqual(graph.toDot().trim().split("\n").length, 7)
    assert.notInclude(graph.toDot(), "\"f\"];\"")
  })
})

describe("a tag", () => {
  it.prop("is another for another subject or market", [anyText, anyText, anyText, anyText], ([s, m, t, n]) => {
    assert.strictEqual(TagGraph.empty.tag(s, m) === TagGraph.empty.tag(t, n), s === t && m === n)
    assert.strictEqual(TagGraph.empty.tag(`${s}:${m}`, n) === TagGraph.empty.tag(s, `${m}:${n}`), false)
  }, repeatedly("tag"))

  it("can be made otherwise", () => {
    const graph = TagGraph.make({ events: {}, markets: {}, tag: (subject, market) => `${market}@${subject}` })
    assert.strictEqual(graph.tag("match", "odds"), "odds@match")
  })
})

describe("the edges of a graph", () => {
  it("name the kind of both ends", () => {
    const { edges } = TagGraph.make({
      events: { rain: ["pitch"] },
      factors: { pitch: ["tempo"] },
      markets: { corners: ["tempo"], pitch: ["pitch"] }
    })
    assert.deepStrictEqual(edges, [
      { from: "event:rain", to: "factor:pitch", kind: "changes" },
      { from: "factor:pitch", to: "factor:tempo", kind: "changes" },
      { from: "factor:tempo", to: "market:corners", kind: "prices" },
      { from: "factor:pitch", to: "market:pitch", kind: "prices" }
    ])
  })

  it.prop("lead from an event to the markets that it affects, and to no other", [definitions], ([definition]) => {
    const graph = TagGraph.make(definition)
    for (const event of graph.events) {
      const reached = new Set<string>([`event:${event}`])
      for (const _ of graph.edges) for (const { from, to } of graph.edges) if (reached.has(from)) reached.add(to)
      assert.deepStrictEqual(graph.markets.filter((market) => reached.has(`market:${market}`)), graph.affected(event))
    }
  }, repeatedly("edges"))
})
