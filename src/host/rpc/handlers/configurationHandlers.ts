import type { HostHandlers, HostState } from '../hostState.ts';

/** What the windows say of the user's settings. */
export function configurationHandlers(
  state: HostState,
): Pick<HostHandlers, 'provider.configure' | 'retention.configure'> {
  return {
    'provider.configure': (config) => {
      state.provider = config;
      return Promise.resolve({});
    },
    'retention.configure': (limits) => {
      state.retention?.configure(limits);
      return Promise.resolve({});
    },
  };
}
