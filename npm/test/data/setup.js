export class Counter {
  count = 0;
  add(n) {
    this.count += n;
    return this.count;
  }
}
