/** Metrics of the exporter itself: they distinguish a failing Longhorn from a failing exporter. */

import type { Time } from '../clock.ts';
import { STREAMS, type StreamName } from '../longhorn/streams.ts';
import type { Statuses } from '../state/served.ts';
import type { View } from '../store.ts';
import { ERROR_REASONS } from '../stream/policy.ts';
import { isFresh, isLive, type StreamStatus } from '../stream/status.ts';
import { type Family, flag, type Sample, seconds, type Table, timestamp } from './family.ts';

const perStreamSamples = (statuses: Statuses, read: (status: StreamStatus) => number | undefined): Sample[] =>
  STREAMS.map((stream) => [read(statuses[stream]), stream]);

const sumOf = (statuses: Statuses, read: (status: StreamStatus) => number): number =>
  STREAMS.reduce((sum, stream) => sum + read(statuses[stream]), 0);

const allErrors = ({ errors }: StreamStatus): number =>
  ERROR_REASONS.reduce((sum, reason) => sum + errors[reason], 0);

const isStreamFresh = ({ statuses, staleAfter }: View, stream: StreamName, now: Time): boolean =>
  isFresh(statuses[stream], staleAfter, now);

function oldestConfirmation({ state, served }: View): number | undefined {
  let oldest: number | undefined;
  for (const { volume } of served.volumes) {
    const at = state.confirmedAt?.get(volume.facts.name);
    if (at !== undefined && (oldest === undefined || at < oldest)) oldest = at;
  }
  return oldest;
}

const families: readonly Family<View>[] = [
  {
    name: 'longhorn_up',
    type: 'gauge',
    help: '1 if every stream is live (see longhorn_exporter_stream_up), else 0.',
    value: ({ statuses, silence }, now) =>
      flag(STREAMS.every((stream) => isLive(statuses[stream], silence, now))),
  },
  {
    name: 'longhorn_exporter_stream_up',
    type: 'gauge',
    help: '1 if a complete list arrived within twice the current silence limit and no connection attempt has failed since, else 0.',
    labels: ['stream'],
    samples: ({ statuses, silence }, now) =>
      perStreamSamples(statuses, (status) => flag(isLive(status, silence, now))),
  },
  {
    name: 'longhorn_exporter_scrape_errors_total',
    type: 'counter',
    help: "Failed reads of Longhorn's API: stream errors plus failed requests for single volumes. Resyncs do not count.",
    value: ({ statuses, requests }) =>
      sumOf(statuses, allErrors) + Object.values(requests).reduce((sum, { errors }) => sum + errors, 0),
  },
  {
    name: 'longhorn_exporter_stream_errors_total',
    type: 'counter',
    help: 'Stream failures by reason; too_large means over 96 MiB for volumes, 48 MiB for backups, 8 MiB for the others.',
    labels: ['stream', 'reason'],
    *samples({ statuses }) {
      for (const stream of STREAMS) {
        for (const reason of ERROR_REASONS) yield [statuses[stream].errors[reason], stream, reason];
      }
    },
  },
  {
    name: 'longhorn_exporter_stream_connects_total',
    type: 'counter',
    help: 'Number of connections opened.',
    labels: ['stream'],
    samples: ({ statuses }) => perStreamSamples(statuses, ({ connects }) => connects),
  },
  {
    name: 'longhorn_exporter_stream_resyncs_total',
    type: 'counter',
    help: 'Number of reconnects to get a new list because none arrived within the silence limit.',
    labels: ['stream'],
    samples: ({ statuses }) => perStreamSamples(statuses, ({ resyncs }) => resyncs),
  },
  {
    name: 'longhorn_exporter_stream_messages_total',
    type: 'counter',
    help: 'Messages received, valid or not.',
    labels: ['stream'],
    samples: ({ statuses }) => perStreamSamples(statuses, ({ messages }) => messages),
  },
  {
    name: 'longhorn_exporter_stream_received_bytes_total',
    type: 'counter',
    help: 'Bytes received in messages, valid or not.',
    labels: ['stream'],
    samples: ({ statuses }) => perStreamSamples(statuses, ({ receivedBytes }) => receivedBytes),
  },
  {
    name: 'longhorn_exporter_stream_last_message_timestamp_seconds',
    type: 'gauge',
    help: 'When the last complete list arrived.',
    labels: ['stream'],
    samples: ({ statuses }, now) =>
      perStreamSamples(statuses, ({ lastListAt }) => timestamp(lastListAt, now)),
  },
  {
    name: 'longhorn_exporter_stream_period_seconds',
    type: 'gauge',
    help: 'Current minimum time between two messages. It grows with the cost of a list (MANAGER_BUDGET); above 15 s every message has its own connection.',
    labels: ['stream'],
    samples: ({ statuses }) => perStreamSamples(statuses, ({ period }) => seconds(period)),
  },
  {
    name: 'longhorn_exporter_stream_list_seconds',
    type: 'gauge',
    help: 'Time from the latest connect to its first list: what a list costs the manager.',
    labels: ['stream'],
    samples: ({ statuses }) => perStreamSamples(statuses, ({ listMs }) => seconds(listMs)),
  },
  {
    name: 'longhorn_exporter_objects_skipped_total',
    type: 'counter',
    help: 'Invalid objects in lists, counted once per new content.',
    labels: ['stream'],
    samples: ({ statuses }) => perStreamSamples(statuses, ({ skipped }) => skipped),
  },
  {
    name: 'longhorn_exporter_objects_bad',
    type: 'gauge',
    help: 'Invalid objects in the last list; their last known values are served.',
    labels: ['stream'],
    samples: ({ statuses }) => perStreamSamples(statuses, ({ bad }) => bad),
  },
  {
    name: 'longhorn_exporter_volumes',
    type: 'gauge',
    help: 'Number of volumes; cluster: in the last list, owned: served by this exporter.',
    labels: ['scope'],
    samples: (view, now) => [
      [isStreamFresh(view, 'volumes', now) ? view.state.volumes.size : undefined, 'cluster'],
      [view.served.volumes.length, 'owned'],
    ],
  },
  {
    name: 'longhorn_exporter_nodes',
    type: 'gauge',
    help: 'Number of Longhorn nodes by condition Ready.',
    labels: ['status'],
    samples: (view, now) => {
      if (!isStreamFresh(view, 'nodes', now)) return [];
      const nodes = [...(view.state.nodes?.values() ?? [])];
      const ready = nodes.filter((node) => node.ready).length;
      return [
        [ready, 'ready'],
        [nodes.length - ready, 'not_ready'],
      ];
    },
  },
  {
    name: 'longhorn_exporter_oldest_volume_timestamp_seconds',
    type: 'gauge',
    help: 'When the stalest volume served by this exporter was last confirmed.',
    value: (view, now) => timestamp(oldestConfirmation(view), now),
  },
  {
    name: 'longhorn_exporter_snapshot_sweep_timestamp_seconds',
    type: 'gauge',
    help: 'When the last snapshot sweep over all owned volumes ended.',
    value: ({ requests }, now) => timestamp(requests.sweep.roundEndedAt, now),
  },
  {
    name: 'longhorn_exporter_snapshot_sweep_duration_seconds',
    type: 'gauge',
    help: 'Duration of the last snapshot sweep; spread over SNAPSHOT_SWEEP_INTERVAL, longer if MANAGER_BUDGET requires it.',
    value: ({ requests }) => seconds(requests.sweep.roundMs),
  },
  {
    name: 'longhorn_exporter_snapshot_sweep_errors_total',
    type: 'counter',
    help: 'Failed requests for the snapshots of a volume; the last known values stay until the next sweep.',
    value: ({ requests }) => requests.sweep.errors,
  },
  {
    name: 'longhorn_exporter_limits_exceeded_total',
    type: 'counter',
    help: 'Number of times a resource limit was exceeded, by limit (see SECURITY.md).',
    labels: ['limit'],
    *samples({ limits }) {
      for (const [limit, times] of limits) yield [times, limit];
    },
  },
  {
    name: 'longhorn_exporter_internal_errors_total',
    type: 'counter',
    help: 'Internal errors of the exporter that were caught. Each one is a bug: please report it with the log.',
    value: ({ internalErrors }) => internalErrors,
  },
  {
    name: 'longhorn_exporter_config_errors',
    type: 'gauge',
    help: 'Invalid settings that were replaced by their default.',
    value: ({ configErrors }) => configErrors,
  },
  {
    name: 'longhorn_exporter_build_info',
    type: 'gauge',
    help: 'Always 1.',
    labels: ['version', 'node_version'],
    samples: ({ version }) => [[1, version, process.versions.node]],
  },
];

export const EXPORTER_TABLE: Table<View> = {
  title: 'The exporter itself',
  intro: 'Served by every exporter.',
  labels: [],
  identify: () => [],
  families,
};
