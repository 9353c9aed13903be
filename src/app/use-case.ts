/** What a driver asks for: a class with the ports that it works with and, as a rule, one public method, `run`. */
export abstract class UseCase<Ports> {
  protected readonly ports: Ports;

  constructor(ports: Ports) {
    this.ports = ports;
  }
}
