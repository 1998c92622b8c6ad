// Sound that plays on while its message is out of sight (ux.md §10.10), and that only one plays at a time.
import { getContext, setContext } from 'svelte';
import type { HeldMedia, MediaShelf } from './media-shelf.svelte.ts';

export interface Track {
  /** Of the file (`fileKey`). */
  readonly key: string;
  readonly conversationId: string;
  readonly messageId: string;
  readonly sort: number;
  /** How it is called in the names of controls. */
  readonly what: string;
  readonly mediaId: string;
}

export interface Listening {
  /** What plays without its message being on screen; null when nothing does. */
  readonly track: (Track & { readonly audio: HTMLAudioElement }) | null;
  /** The message is in sight again: its sound, where it left off. @returns null when it is not the one */
  takeBack(key: string): HTMLAudioElement | null;
  /** The message goes out of sight while it plays. */
  playOn(track: Track, audio: HTMLAudioElement): void;
  /** One begins to play: every other pauses. */
  begin(audio: HTMLAudioElement): void;
  /** Ends what plays on. */
  close(): void;
}

/** Lets go of what an element was playing. */
export function unload(audio: HTMLAudioElement): void {
  audio.pause();
  audio.removeAttribute('src');
  audio.load();
}

export function createListening(shelf: Pick<MediaShelf, 'hold'>): Listening {
  let track = $state.raw<Listening['track']>(null);
  let held: HeldMedia | null = null;
  /** The one that began last. */
  let current: HTMLAudioElement | null = null;

  function drop(): HTMLAudioElement | null {
    const audio = track?.audio ?? null;
    audio?.removeEventListener('ended', close);
    held?.release();
    held = track = null;
    return audio;
  }

  function close(): void {
    const audio = drop();
    if (audio) unload(audio);
  }

  return {
    get track() {
      return track;
    },
    takeBack: (key) => (track?.key === key ? drop() : null),
    playOn(next, audio) {
      close();
      // Its address stays good for as long as it plays.
      held = shelf.hold(next.mediaId);
      audio.addEventListener('ended', close);
      track = { ...next, audio };
    },
    begin(audio) {
      if (current !== audio) current?.pause();
      current = audio;
      if (track && track.audio !== audio) close();
    },
    close
  };
}

const KEY = Symbol('listening');

export function provideListening(listening: Listening): Listening {
  return setContext(KEY, listening);
}

/** Undefined outside an open profile. */
export function useListening(): Listening | undefined {
  return getContext<Listening | undefined>(KEY);
}
