"""All that could lead out of an isolate. What may work without leading out is called so."""

import sys


def opens(name, *rest):
    return lambda: open(name, *rest).read()


def of(module, call):
    """Evaluates an expression in which `m` is the module."""
    return lambda: eval(call, {'m': __import__(module, fromlist=['x']), 'others': others})


def others(names):
    """The names at the root that are none of what was handed in."""
    found = set(names) - {'<app>', '<asked>', '<stdlib>'}
    if not found:
        raise OSError('there is nothing but what was handed in')
    return found


TRIES = {
    'open a file': opens('/etc/passwd'),
    'open a descriptor': opens(0),
    'write a file': lambda: open('/tmp/exocet-walls', 'w').write('x'),
    'io.open': of('io', "m.open('/etc/passwd').read()"),
    'io.FileIO': of('io', "m.FileIO('/etc/passwd').read()"),
    'io.FileIO of a descriptor': of('io', "m.FileIO(1, 'w').write(b'x')"),
    '_io.open_code': of('_io', "m.open_code('/etc/passwd').read()"),
    'os.open': of('os', "m.open('/etc/passwd', 0)"),
    'os.read': of('os', 'm.read(0, 1)'),
    'os.write': of('os', "m.write(1, b'x')"),
    'os.listdir': of('os', "others(m.listdir('/'))"),
    'os.scandir': of('os', "others(entry.name for entry in m.scandir('/'))"),
    'os.walk': of('os', "others(next(m.walk('/'))[1])"),
    'may os.stat': of('os', "m.stat('/')"),
    'os.mkdir': of('os', "m.mkdir('/tmp/exocet-walls')"),
    'os.remove': of('os', "m.remove('/tmp/exocet-walls')"),
    'os.rename': of('os', "m.rename('/tmp/a', '/tmp/b')"),
    'os.symlink': of('os', "m.symlink('/tmp/a', '/tmp/b')"),
    'os.chdir': of('os', "m.chdir('/')"),
    'os.system': of('os', "m.system('true')"),
    'os.popen': of('os', "m.popen('true').read()"),
    'os.fork': of('os', 'm.fork()'),
    'os.execv': of('os', "m.execv('/bin/true', ['true'])"),
    'os.kill': of('os', 'm.kill(1, 0)'),
    'os.pipe': of('os', 'm.pipe()'),
    'os.environ': of('os', "m.environ['PATH']"),
    'may os.getcwd': of('os', 'm.getcwd()'),
    'may os.getpid': of('os', 'm.getpid()'),
    'may os.urandom': of('os', 'm.urandom(8)'),
    'posix.open': of('posix', "m.open('/etc/passwd', 0)"),
    'pathlib': of('pathlib', "m.Path('/etc/passwd').read_text()"),
    'pathlib.iterdir': of('pathlib', "others(path.name for path in m.Path('/').iterdir())"),
    'shutil': of('shutil', "m.copy('/etc/passwd', '/tmp/x')"),
    'tempfile': of('tempfile', 'm.TemporaryFile()'),
    'glob': of('glob', "m.glob('/etc/*')[0]"),
    'fileinput': of('fileinput', "list(m.input('/etc/passwd'))"),
    'linecache': of('linecache', "m.getlines('/etc/passwd')[0]"),
    'tokenize': of('tokenize', "m.open('/etc/passwd').read()"),
    'mmap': of('mmap', 'm.mmap(-1, 10)'),
    'sqlite3': of('sqlite3', "m.connect('/tmp/exocet-walls')"),
    'dbm': of('dbm', "m.open('/tmp/exocet-walls', 'c')"),
    'shelve': of('shelve', "m.open('/tmp/exocet-walls')"),
    'zipfile': of('zipfile', "m.ZipFile('/tmp/exocet-walls', 'w')"),
    'tarfile': of('tarfile', "m.open('/tmp/exocet-walls', 'w')"),
    'gzip': of('gzip', "m.open('/etc/passwd').read()"),
    'logging': of('logging', "m.FileHandler('/tmp/exocet-walls')"),
    'socket': of('socket', "m.create_connection(('127.0.0.1', 1))"),
    'socket.socket': of('socket', 'm.socket()'),
    '_socket': of('_socket', "m.socket().connect(('127.0.0.1', 1))"),
    'socket.getaddrinfo': of('socket', "m.getaddrinfo('localhost', 80)"),
    'may socket.gethostname': of('socket', 'm.gethostname()'),
    'urllib': of('urllib.request', "m.urlopen('http://127.0.0.1:1/').read()"),
    'urllib of a file': of('urllib.request', "m.urlopen('file:///etc/passwd').read()"),
    'http': of('http.client', "m.HTTPConnection('127.0.0.1', 1).request('GET', '/')"),
    'ssl': of('ssl', 'm.create_default_context()'),
    'select': of('select', 'm.select([0], [], [], 0)'),
    'selectors': of('selectors', "m.DefaultSelector().register(0, 1)"),
    'subprocess': of('subprocess', "m.run(['true'])"),
    '_posixsubprocess': of('_posixsubprocess', 'm.fork_exec()'),
    'multiprocessing': of('multiprocessing', 'm.Process().start()'),
    'multiprocessing.shared_memory': of('multiprocessing.shared_memory', 'm.SharedMemory(create=True, size=10)'),
    'may threads': of('_thread', 'm.start_new_thread(print, ())'),
    'concurrent.futures': of('concurrent.futures', 'm.ThreadPoolExecutor().submit(print).result()'),
    'signal': of('signal', 'm.raise_signal(2)'),
    'signal.alarm': of('signal', 'm.alarm(1)'),
    'pwd': of('pwd', 'm.getpwuid(0)'),
    'grp': of('grp', 'm.getgrgid(0)'),
    'resource': of('resource', 'm.getrusage(0)'),
    'fcntl': of('fcntl', 'm.fcntl(0, 1)'),
    'termios': of('termios', 'm.tcgetattr(0)'),
    'pty': of('pty', 'm.openpty()'),
    'syslog': of('syslog', "m.syslog('x')"),
    'ctypes': of('ctypes', "m.CDLL(None).getpid()"),
    'ctypes memory': of('ctypes', 'm.string_at(0, 10)'),
    '_ctypes': of('_ctypes', "m.dlopen('libc.so.6', 0)"),
    'faulthandler': of('faulthandler', 'm.dump_traceback()'),
    'importlib of a file': of(
        'importlib.util', "m.module_from_spec(m.spec_from_file_location('x', '/etc/passwd')).__loader__.get_data('/etc/passwd')"
    ),
    'importlib.machinery': of('importlib.machinery', "m.SourceFileLoader('x', '/etc/passwd').get_data('/etc/passwd')"),
    'an extension': of('importlib.machinery', "m.ExtensionFileLoader('x', '/lib/x.so').create_module(None)"),
    '_imp': of('_imp', "m.create_dynamic(type('S', (), {'name': 'x', 'origin': '/lib/x.so'}))"),
    'importlib.metadata': of('importlib.metadata', "m.version('pip')"),
    'importlib.resources': of('importlib.resources', "m.files('app').joinpath('../../../../etc/passwd').read_bytes()"),
    'pkgutil.get_data': of('pkgutil', "m.get_data('app', '../../../../etc/passwd')"),
    'runpy': of('runpy', "m.run_path('/etc/passwd')"),
    'sys.path': lambda: (sys.path.insert(0, '/usr/lib/python3/dist-packages'), __import__('pip')),
    'sys.path with a folder above': lambda: (sys.path.insert(0, '..'), __import__('passwd')),
    'the loader of a module': lambda: __loader__.get_data('/etc/passwd'),
    'the loader of asked files': lambda: __import__('asked').__loader__.get_data('/etc/passwd'),
    'input': lambda: input(),
    'sys.stdin': lambda: sys.stdin.read(),
    'the original streams': lambda: sys.__stdin__.read(),
    'may breakpoint': lambda: breakpoint(),
    'webbrowser': of('webbrowser', "m.open('http://127.0.0.1:1')"),
    'platform': of('platform', "m.libc_ver('/bin/true')[0] or 1 / 0"),
    'may uuid': of('uuid', 'm.uuid1().int'),
    'getpass': of('getpass', 'm.getpass()'),
    'crypt': of('crypt', "m.crypt('x')"),
    'may time': of('time', 'm.time()'),
    'may time zone': of('time', 'm.localtime(0).tm_zone'),
    'zoneinfo': of('zoneinfo', "m.ZoneInfo('Europe/Berlin')"),
    'locale': of('locale', "m.setlocale(m.LC_ALL, 'de_DE.UTF-8')"),
    'an interpreter inside': of('_interpreters', "m.run_string(m.create(), \"open('/etc/passwd').read()\") or 1 / 0"),
    'may print': lambda: print('printed'),
    'may print to a descriptor': lambda: print('printed', file=sys.__stderr__),
    'print to a file': lambda: print('x', file=open('/dev/tty', 'w')),
    'exit': lambda: __import__('os')._exit(3),
    'abort': lambda: __import__('os').abort(),
    'sys.exit': lambda: sys.exit(3),
}


def count():
    return len(TRIES)


def attempt(number):
    name, call = list(TRIES.items())[number]
    try:
        result = call()
    except BaseException as error:
        return name, f'{type(error).__name__}: {error}'
    return name, f'returned {result!r:.200}'


def every_module():
    """Imports whatever the library has, and looks at all that is in it."""
    import pkgutil

    names = set(sys.builtin_module_names) | set(getattr(sys, 'stdlib_module_names', ()))
    names |= {module.name for module in pkgutil.iter_modules()}
    for name in sorted(names):
        if name in ('antigravity', 'this', 'idlelib'):
            continue
        try:
            module = __import__(name)
            [repr(value)[:10] for value in list(vars(module).values())]
        except BaseException:
            pass
    return len(names)


def given():
    """What the host gave may be had."""
    import asked
    import late
    import made

    return asked.value + late.value + made.value


def for_ever():
    while True:
        pass
