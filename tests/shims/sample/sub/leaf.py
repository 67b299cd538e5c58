from ..one import Thing
