-- A plugin that counts words.
local plugin = { LIMIT = 100, WORDS = { the = 1, a = 2, of = 3 } }

-- Lower case, without punctuation.
function plugin.normalise(text)
    local kept = {}
    for char in text:lower():gmatch("[%w ]") do kept[#kept + 1] = char end
    return table.concat(kept)
end

function plugin.count(text, limit)
    local found, size = {}, 0
    for word in plugin.normalise(text):gmatch("%S+") do
        if not found[word] then size = size + 1 end
        found[word] = (found[word] or 0) + 1
        if size >= (limit or plugin.LIMIT) then break end
    end
    return found
end

-- Counts over several texts.
local Counter = {}
Counter.__index = Counter
plugin.Counter = Counter

function Counter.new(limit)
    return setmetatable({ limit = limit or plugin.LIMIT, found = {} }, Counter)
end

function Counter:add(text)
    for word, times in pairs(plugin.count(text, self.limit)) do
        self.found[word] = (self.found[word] or 0) + times
    end
end

function Counter:most_common(n)
    local words = {}
    for word in pairs(self.found) do words[#words + 1] = word end
    table.sort(words, function(a, b) return self.found[a] > self.found[b] end)
    return table.move(words, 1, n or 3, 1, {})
end

return plugin
