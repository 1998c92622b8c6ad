// What the engine knows of the copies of a message.
import type { Commands } from '../worker/protocol.ts';

export type MessageInfo = Commands['message.info']['out'];
