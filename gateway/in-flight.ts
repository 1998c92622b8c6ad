// How many onion requests are under way, per guard (or address) and in all.

export interface InFlight {
  /** Takes a place for `guard`, or says which bound is reached. The place is given back by calling `release`. */
  enter(guard: string): { readonly release: () => void } | 'guard-busy' | 'gateway-busy';
  readonly total: number;
}

export function createInFlight(maxPerGuard: number, maxTotal: number): InFlight {
  const perGuard = new Map<string, number>();
  let total = 0;
  return {
    get total() {
      return total;
    },
    enter(guard) {
      const own = perGuard.get(guard) ?? 0;
      if (total >= maxTotal) return 'gateway-busy';
      if (own >= maxPerGuard) return 'guard-busy';
      perGuard.set(guard, own + 1);
      total += 1;
      let isReleased = false;
      return {
        release() {
          if (isReleased) return;
          isReleased = true;
          total -= 1;
          const left = (perGuard.get(guard) ?? 1) - 1;
          if (left === 0) perGuard.delete(guard);
          else perGuard.set(guard, left);
        }
      };
    }
  };
}
