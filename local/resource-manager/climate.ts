import { DiskFault } from "./disk";
import { exchange } from "./state";
import { issueAbout, stepsOf } from "./weather-steps";
import type { Spell, Weather } from "./weather";
import { pairOf, serviceOf, takeEffect, type World } from "./world";

const DISK_RETRY_MS = 1_000;

/** Makes weather happen: its changes at their moments, once each, also over a restart. */
export class Climate {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
    for (const spell of world.state.weather) this.#armNext(spell);
  }

  /** Adds weather, counted from now; answers what is wrong with it, or undefined. */
  add(weather: Weather): string | undefined {
    const { state, journal, clock } = this.#world;
    const issue = issueAbout(state, weather);
    if (issue !== undefined) return issue;
    const spell: Spell = { weather, from: clock.now(), steps: 0 };
    state.weather.push(spell);
    try {
      journal.saveState(state);
    } catch (fault) {
      state.weather.pop();
      throw fault;
    }
    this.#armNext(spell);
    return undefined;
  }

  /** Somebody swaps in the portal: at once, and not through the journalled API. */
  swapByHand(name: string): boolean {
    const service = serviceOf(this.#world, name);
    const pair = service && pairOf(this.#world, service);
    if (!pair) return false;
    takeEffect(this.#world, pair, { cause: "by-hand" }, () => {
      exchange(...pair);
    });
    return true;
  }

  #armNext(spell: Spell): void {
    const step = this.#stepsOf(spell)[spell.steps];
    if (!step) return;
    const { speed } = this.#world;
    const due = spell.from + (((spell.weather.at ?? 0) + step.after) * 1000) / speed;
    if (due <= this.#world.clock.now()) this.#next(spell);
    else
      this.#world.timer(due, () => {
        this.#next(spell);
      });
  }

  #next(spell: Spell): void {
    const { state, clock } = this.#world;
    const step = this.#stepsOf(spell)[spell.steps];
    const service = serviceOf(this.#world, spell.weather.service);
    // Counted first: the state that holds the change must hold that it was done.
    spell.steps++;
    try {
      if (service) step?.change(state, service, spell);
    } catch (fault) {
      if (!(fault instanceof DiskFault)) throw fault;
      spell.steps--;
      this.#world.timer(clock.now() + DISK_RETRY_MS, () => {
        this.#next(spell);
      });
      return;
    }
    this.#save();
    this.#armNext(spell);
  }

  /** What cannot be saved now is saved with the next change; until then a kill would only do it again. */
  #save(): void {
    try {
      this.#world.journal.saveState(this.#world.state);
    } catch (fault) {
      if (!(fault instanceof DiskFault)) throw fault;
    }
  }

  #stepsOf(spell: Spell): ReturnType<typeof stepsOf> {
    return stepsOf(spell.weather, (service) => {
      this.swapByHand(service);
    });
  }
}
