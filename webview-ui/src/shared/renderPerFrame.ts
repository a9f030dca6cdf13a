import { options } from 'preact';

/** Lets components render at most once a frame, however many messages arrive between two. */
export function renderPerFrame(): void {
  options.debounceRendering = (render) => {
    requestAnimationFrame(render);
  };
}
