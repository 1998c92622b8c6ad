// A message in words: what its article is called, what a quote and a copy show of it, what a notice says. Pure.
import type { AttachmentView, MessageView, TimelineNotice } from '../storage/views.ts';
import { conversation } from '../text/en/conversation.ts';
import { message as text } from '../text/en/message.ts';
import { protection } from '../text/en/protection.ts';
import { markupWords } from './message-markup.ts';
import { wholeUnits } from './timer-choices.ts';

/** The name of an account, or null when nobody is known by that ID. */
export type NameOf = (accountId: string) => string | null;

export function timeWords(seconds: number): string {
  const { count, unit } = wholeUnits(seconds);
  return text.timeUnits[unit]({ count });
}

/** Queued, Uploading, Sending, Sent, Read, Failed; received ones have no state. */
export function stateKey(
  message: Pick<MessageView, 'state' | 'readByThem'> & Partial<Pick<MessageView, 'attachments'>>
): keyof typeof conversation.states {
  const isUnsent = message.state === 'queued' || message.state === 'sending';
  if (isUnsent && message.attachments?.some(({ state }) => state === 'uploading')) return 'uploading';
  return message.state === 'sent' && message.readByThem ? 'read' : message.state;
}

type Worded = Pick<MessageView, 'text'> & {
  readonly deleted: boolean;
  readonly attachments: readonly AttachmentView[];
  readonly invitation?: MessageView['invitation'];
};

/** Its words alone: without marks, and for what has no words what it is. */
export function messageWords(message: Worded, nameOf: NameOf): string {
  if (message.deleted) return text.deleted;
  const words = message.text === '' ? [] : [markupWords(message.text, nameOf)];
  if (message.invitation) words.push(`${text.invitation}: ${message.invitation.name}`);
  const kinds = message.attachments.map(({ kind, name }) =>
    kind === 'file' ? `${text.kinds.file} ${name}` : text.kinds[kind]
  );
  const captions = message.attachments.flatMap(({ caption }) => caption ?? []);
  return [...kinds, ...captions, ...words].join(', ');
}

/** What the article of a message is called: author, time, text, state (ux.md §7). */
export function articleName(
  message: MessageView,
  { author, time, nameOf }: { author: string; time: string; nameOf: NameOf }
): string {
  return conversation.messageName({
    author: message.direction === 'out' ? conversation.you : author,
    time,
    text: messageWords(message, nameOf),
    state: message.deleted ? '' : stateWords(message)
  });
}

/** How far it got, for what it waits, and what is odd about it. */
function stateWords(message: MessageView): string {
  const words = [
    conversation.states[stateKey(message)],
    message.oddDate ? conversation.oddDate : '',
    message.waiting ? protection.waits[message.waiting] : ''
  ];
  return words.filter((word) => word !== '').join(', ');
}

/** @param own it came from this account: a call on another device of ours */
export function noticeWords(notice: TimelineNotice, name: string, own: boolean): string {
  const { notices } = text;
  switch (notice.type) {
    case 'you-accepted':
      return notices.youAccepted({ name });
    case 'they-accepted':
      return notices.theyAccepted({ name });
    case 'call-missed':
      return own ? notices.callOwn : notices.callMissed({ name });
    case 'media-saved':
      return notice.byMe ? notices.mediaSavedByYou : notices.mediaSaved({ name });
    case 'group-invitation':
      return notices.group({ name, group: notice.groupName });
    case 'device':
      return deviceWords(notice);
    case 'protection':
      return notices.protection[notice.change]({ name });
    case 'timer':
      return timerWords(notice, name);
  }
}

function deviceWords({ change, name }: Extract<TimelineNotice, { type: 'device' }>): string {
  const { notices } = text;
  const device = name === '' ? notices.unnamedDevice : name;
  switch (change) {
    case 'added':
      return notices.deviceAdded({ device });
    case 'removed':
      return notices.deviceRemoved({ device });
    case 'left':
      return notices.deviceLeft({ device });
    case 'linked':
      return notices.deviceLinked;
  }
}

function timerWords(
  { byMe, mode, seconds }: Extract<TimelineNotice, { type: 'timer' }>,
  name: string
): string {
  const { notices } = text;
  const time = timeWords(seconds);
  switch (mode) {
    case 'off':
      return byMe ? notices.timerOffByYou : notices.timerOff({ name });
    case 'after-read':
      return byMe ? notices.timerReadByYou({ time }) : notices.timerRead({ name, time });
    case 'after-send':
      return byMe ? notices.timerSendByYou({ time }) : notices.timerSend({ name, time });
  }
}

/** Several messages as one text to paste elsewhere: with who wrote each and when, where there are several. */
export function copyText(
  messages: readonly MessageView[],
  { author, nameOf, timeOf }: { author: string; nameOf: NameOf; timeOf: (ms: number) => string }
): string {
  const [only] = messages;
  if (messages.length === 1 && only) return only.text || messageWords(only, nameOf);
  return messages
    .map((message) => {
      const who = message.direction === 'out' ? conversation.you : author;
      return `[${timeOf(message.sentAtMs)}] ${who}: ${message.text || messageWords(message, nameOf)}`;
    })
    .join('\n');
}
