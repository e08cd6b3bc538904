/**
 * Where replicas exist, what was used up is known to one of them before anybody acts on it (design decision 9). Otherwise
 * a master that dies just then would be followed by one that knows nothing of it.
 */
import type { Redis } from 'ioredis'

/** Milliseconds. A replica that needs longer is behind; the login goes on, and somebody is told. */
const LONGEST_WAIT = 100

interface Following {
  replicas: number
  /** WAIT under way: it holds up everything that the connection sends after it. */
  running: Promise<number>
  /** The WAIT after that one, for all who have written meanwhile. */
  next?: Promise<number> | undefined
}

/** @param onLag told when no replica followed in time. */
export const createReplicas = (onLag: () => void) => {
  const followings = new WeakMap<Redis, Following>()
  const followingOf = (connection: Redis): Following => {
    const following = followings.get(connection) ?? { replicas: 0, running: Promise.resolve(0) }
    followings.set(connection, following)
    return following
  }

  const waited = (connection: Redis, following: Following): Promise<number> => {
    following.next ??= following.running
      .catch(() => 0)
      .then(() => {
        following.running = connection.wait(1, LONGEST_WAIT)
        following.next = undefined
        return following.running
      })
    return following.next
  }

  return {
    /** How many the server has, as it says itself. */
    known: (connection: Redis, replicas: number): void => {
      followingOf(connection).replicas = replicas
    },
    /** Of what this connection has written. Rejects when the connection is lost meanwhile: then nobody knows. */
    have: async (connection: Redis): Promise<void> => {
      const following = followingOf(connection)
      if (following.replicas === 0) return
      const { stream } = connection
      const followed = await waited(connection, following)
      // another connection has written nothing, so to it every replica has everything
      if (connection.stream !== stream) throw new Error('lost the connection before a replica followed')
      if (followed > 0) return
      // not again for each login: the server says soon how many it has
      following.replicas = 0
      onLag()
    },
  }
}
