"""Questions to a pool, by `psrdb`."""
import json
import subprocess


class Pool:
    def __init__(self, path, psrdb):
        self.path, self.psrdb = path, psrdb

    @staticmethod
    def new(path, psrdb):
        subprocess.run([psrdb, "init", "--quiet", path], check=True, stdout=subprocess.DEVNULL)
        return Pool(path, psrdb)

    def ask(self, *command):
        done = subprocess.run([self.psrdb, "--pool", self.path, "--quiet", *command], check=True,
                              stdout=subprocess.PIPE, text=True)
        return done.stdout

    def query(self, sql):
        return json.loads(self.ask("--json", "query", sql, "--limit", "1000000"))
