/** What a fold saw happen, for the log and the histograms; the state holds the consequences. */

/** The conditions of a volume in use; Longhorn's `unknown` counts only while attached: a detached volume has it too. */
export type Robustness = 'healthy' | 'degraded' | 'faulted' | 'unknown';

export const REBUILD_RESULTS = ['succeeded', 'failed', 'interrupted'] as const;
export type RebuildResult = (typeof REBUILD_RESULTS)[number];

export type Transition =
  | { readonly type: 'volume_appeared' }
  | { readonly type: 'volume_gone' }
  | { readonly type: 'robustness_changed'; readonly from: Robustness; readonly to: Robustness }
  | { readonly type: 'engine_moved'; readonly from: string; readonly to: string }
  | { readonly type: 'replica_failed'; readonly replica: string }
  | { readonly type: 'rebuild_started'; readonly replica: string }
  /** `seconds` only when the rebuild was seen from its start and succeeded. */
  | {
      readonly type: 'rebuild_ended';
      readonly replica: string;
      readonly result: RebuildResult;
      readonly seconds?: number;
    }
  | {
      readonly type: 'backup_completed';
      readonly backup: string;
      readonly target: string;
      readonly seconds?: number;
    }
  | { readonly type: 'backup_failed'; readonly backup: string; readonly target: string };

/** A transition and the volume it happened to. */
export type VolumeTransition = Transition & { readonly volume: string };
