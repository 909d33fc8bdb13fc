"""Echoes on tens of thousands of connections: python3 echo_program.py ADDRESS"""
import resource
import selectors
import socket
import sys

_, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
listener = socket.socket()
listener.bind((sys.argv[1], 0))
listener.listen(4096)
listener.setblocking(False)
selector = selectors.EpollSelector()
selector.register(listener, selectors.EVENT_READ)
print(f"port {listener.getsockname()[1]}", flush=True)
while True:
    for key, _ in selector.select():
        if key.fileobj is listener:
            try:
                while True:
                    connection, _ = listener.accept()
                    selector.register(connection, selectors.EVENT_READ)
            except BlockingIOError:
                continue
        try:
            data = key.fileobj.recv(4096)
            if data:
                key.fileobj.send(data)
                continue
        except OSError:
            pass
        selector.unregister(key.fileobj)
        key.fileobj.close()
