import { suite } from "../../core/test/contract/CacheStoreContract.ts"
import { cluster } from "./servers/cluster.ts"
import { single } from "./servers/single.ts"
import { liveTime, shared, storeOn } from "./support/shared.ts"

const server = shared(single())
const nodes = shared(cluster())

suite("a store on Redis", storeOn(() => server().url, "redis"), liveTime)
suite("memory over Redis", storeOn(() => server().url, "memory over redis"), liveTime)
suite("a store on a Cluster", storeOn(() => nodes().url, "redis"), liveTime)
suite("memory over a Cluster", storeOn(() => nodes().url, "memory over redis"), liveTime)
