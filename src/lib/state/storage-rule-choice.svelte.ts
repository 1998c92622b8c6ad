// Choosing how long files of a chat stay: asked about first when that takes some at once.
import { clearBeforeMs } from '../storage/media-rules.ts';
import type { ConversationView } from '../storage/views.ts';
import type { MediaSum } from '../worker/protocol.ts';
import type { Session } from './session.svelte.ts';
import { keepRule, ruleDays, type KeepRule } from './storage-rules.ts';

export interface RuleChoice {
  readonly asked: {
    readonly view: ConversationView;
    readonly rule: KeepRule;
    readonly plan: MediaSum;
  } | null;
  choose(view: ConversationView, rule: KeepRule): Promise<void>;
  confirm(): Promise<void>;
  close(): void;
}

/** @param now network time */
export function createRuleChoice(call: Session['call'], now: () => number): RuleChoice {
  let asked = $state.raw<RuleChoice['asked']>(null);

  const set = (view: ConversationView, rule: KeepRule) =>
    call('conversation.keepMedia', { conversationId: view.id, days: ruleDays(rule) });

  return {
    get asked() {
      return asked;
    },
    async choose(view, rule) {
      if (rule === keepRule(view.keepMediaDays)) return;
      const days = ruleDays(rule);
      if (days === null) return set(view, rule);
      const beforeMs = clearBeforeMs(now(), days);
      const plan = await call('storage.plan', { kind: 'older', conversationIds: [view.id], beforeMs });
      if (plan.files === 0) await set(view, rule);
      else asked = { view, rule, plan };
    },
    async confirm() {
      if (asked) await set(asked.view, asked.rule);
    },
    close: () => (asked = null)
  };
}
