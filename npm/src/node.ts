/** A module of Node's, by a name that no bundler follows. @internal */
export function ofNode<M>(name: string): Promise<M> {
  return import(/* @vite-ignore */ /* webpackIgnore: true */ `node:${name}`) as Promise<M>;
}
