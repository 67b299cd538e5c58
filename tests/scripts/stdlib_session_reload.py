# The third session: a module is edited and loaded again, beside the old one; and a module is tested with stubs.
# > 11 22 11 False
# > 11
# > True
# > 3 [] []
import exocet
import gc
import os
import sys
import tempfile
import time
import unittest
import weakref

folder = tempfile.mkdtemp()
sys.path.append(folder)
def write(name, text):
    with open(os.path.join(folder, name + ".py"), "w") as file:
        file.write(text)

write("tax", "rate = 10\n")
write("shop", "import tax\nclass Shop:\n    def price(self, net): return net + tax.rate\n")
old = exocet.loadNamed("shop", exocet.pep302Mapper.withOverrides({"tax": exocet.loadNamed("tax", exocet.emptyMapper)}))
shop = old.Shop()
write("tax", "rate = 20\n")
write("shop", "import tax\nclass Shop:\n    def price(self, net): return net * 2 + tax.rate\n")
tax = exocet.loadNamed("tax", exocet.emptyMapper)
new = exocet.loadNamed("shop", exocet.pep302Mapper.withOverrides({"tax": tax}))
print(shop.price(1), new.Shop().price(1), old.Shop().price(1), isinstance(shop, new.Shop))
for rate in range(30, 50):
    write("tax", f"rate = {rate}\n")
    if exocet.loadNamed("tax", exocet.emptyMapper).rate != rate:
        print("stale", rate)

# The old module lives as long as somebody holds it.
alive = weakref.ref(old)
del old
gc.collect()
print(shop.price(1))
del shop
# A collection does nothing while another interpreter of the process collects.
for _ in range(1000):
    if alive() is not None:
        time.sleep(0.01)
        gc.collect()
print(alive() is None)

class ShopTest(unittest.TestCase):
    def load(self, rate):
        stub = exocet.proxyModule(tax, rate=rate)
        return exocet.loadNamed("shop", exocet.emptyMapper.withOverrides({"tax": stub}))
    def test_without_tax(self):
        self.assertEqual(self.load(0).Shop().price(3), 6)
    def test_with_tax(self):
        self.assertEqual(self.load(5).Shop().price(3), 11)
    def test_nothing_leaks(self):
        self.assertNotIn("shop", sys.modules)
        self.assertEqual(tax.rate, 20)

result = unittest.TestResult()
unittest.defaultTestLoader.loadTestsFromTestCase(ShopTest).run(result)
print(result.testsRun, result.errors, result.failures)
