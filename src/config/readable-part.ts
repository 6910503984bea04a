import type { z } from "zod";
import { placesOf } from "../contracts/issues";

export type Place = readonly PropertyKey[];

/** A part of the file, and what its schema finds wrong in it. */
export interface ReadPart<T> {
  /** What is left once every mistake is taken out, with the element of a list that it is in. */
  readonly value: T;
  /** The part as it stands in the file, and where that is. */
  readonly given: unknown;
  readonly at: Place;
  /** Places of mistakes below `at`. */
  readonly wrong: readonly Place[];
  /** Where fields stand that nobody knows. */
  readonly strangeIn: readonly Place[];
}

/** More rounds than schemas are deep: each takes out what the last one left wrong, such as a list that is empty now. */
const MOST_ROUNDS = 5;

/** Reads what can be read of a part, so that rules between its fields are judged in one pass with its mistakes. `T` accepts {}. */
export function readPart<T>(schema: z.ZodType<T>, given: unknown, at: Place): ReadPart<T> {
  const first = schema.safeParse(given);
  const issues = first.error?.issues ?? [];
  let parsed = first;
  let left = given;
  for (let round = 0; !parsed.success; round++) {
    left = round < MOST_ROUNDS ? (without(left, parsed.error.issues.flatMap(placesOf)) ?? {}) : {};
    parsed = schema.safeParse(left);
  }
  const strangeIn = issues.filter(({ code }) => code === "unrecognized_keys").map(({ path }) => path);
  return { value: parsed.data, given, at, wrong: issues.flatMap(placesOf), strangeIn };
}

function without(value: unknown, places: readonly Place[]): unknown {
  if (places.some((place) => place.length === 0)) return undefined;
  if (places.length === 0 || typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.filter((_, i) => !places.some(([step]) => step === i));
  const below = (key: string) => places.filter(([step]) => step === key).map((place) => place.slice(1));
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, held]: [string, unknown]) => {
      const left = without(held, below(key));
      return left === undefined ? [] : [[key, left]];
    }),
  );
}

/** Whether something is wrong at a place, in it, or with what it is in. */
export function isWrongAt({ wrong }: Pick<ReadPart<unknown>, "wrong">, place: Place): boolean {
  return wrong.some((each) => startsWith(each, place) || startsWith(place, each));
}

/** What stands at a place of a part; undefined where nothing does. */
export function givenAt({ given }: Pick<ReadPart<unknown>, "given">, place: Place): unknown {
  return place.reduce<unknown>((value, key) => fieldOf(value, key), given);
}

/** A member of an object or list that may be anything. */
export function fieldOf(holder: unknown, key: PropertyKey): unknown {
  return typeof holder === "object" && holder !== null && Object.hasOwn(holder, key)
    ? (holder as Readonly<Record<PropertyKey, unknown>>)[key]
    : undefined;
}

/**
 * Where a mistake between fields of one group has to be mended: in the first of the parts that sets one of them.
 * Undefined where one cannot be read, or may be meant by a field that nobody knows: of what it says nothing is known.
 */
export function placeToMend(
  parts: readonly ReadPart<unknown>[],
  group: string,
  fields: readonly string[],
): Place | undefined {
  const setBy = fields.map((field) => parts.find((part) => sets(part, group, field)));
  const isUnknown = fields.some((field, i) => {
    const part = setBy[i];
    return (
      part !== undefined && (givenAt(part, [group, field]) === undefined || isWrongAt(part, [group, field]))
    );
  });
  if (isUnknown) return undefined;
  const part = parts.find((each) => setBy.includes(each)) ?? parts[0];
  return part && [...part.at, group];
}

function sets(part: ReadPart<unknown>, group: string, field: string): boolean {
  return (
    givenAt(part, [group, field]) !== undefined ||
    isWrongAt(part, [group, field]) ||
    part.strangeIn.some((place) => place.length === 1 && place[0] === group)
  );
}

function startsWith(place: Place, start: Place): boolean {
  return start.every((key, i) => place[i] === key);
}
