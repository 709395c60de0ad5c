-- settle, release, abandon: the first word about a pending place is the last.
local margin
margin, at = read('>d', given, at)
for i = 2, #KEYS do
  local limit, span, exclusive, bundled
  limit, span, exclusive, bundled, at = read(SPEC, given, at)
  local state = stored[i]
  if state and find(state, token, 1, true) then
    local size = #state - TAIL_SIZE
    local total, due, kept, blocked, flying, pilot = read(TAIL, state, size + 1)
    local first, text, life = size + 1, '', nil
    local place = find_place(state, size, token, 17)
    if place then
      local free, kind, turn = read('>dBd', state, place)
      local behind = place + PLACE_SIZE
      if kind ~= PENDING then
        place = nil
      elseif operation == 'settle' and limit < ENDLESS then
        local owner, settled = token, free_at(span, now, margin)
        if bundled == 1 then
          settled = ceil(settled / MINUTE) * MINUTE
        end
        -- An answer only ever improves it: one that was read late says nothing new.
        free = min(free, settled)
        if bundled == 1 and free == settled then
          owner = NOBODY
          if kept < free + MINUTE then
            kept = free + MINUTE + HOUR
            life = kept
          end
          local bundle = find_place(state, size, write('>dB', free, SETTLED), 0)
          if bundle then
            local _, _, number = read('>dBd', state, bundle)
            local more = write(PLACE, free, SETTLED, number + 1, NOBODY)
            state = sub(state, 1, bundle - 1) .. more .. sub(state, bundle + PLACE_SIZE)
            first, text = nil, sub(state, 1, place - 1) .. sub(state, behind, size)
          end
        end
        if first then
          first, text = place, write(PLACE, free, SETTLED, 1, owner) .. sub(state, behind, size)
        end
        due = free < due and free or due
      elseif operation == 'abandon' then
        first, text = place, write('>dBd', free, UNKNOWN, turn) .. sub(state, place + 17, size)
      else
        first, text, total = nil, sub(state, 1, place - 1) .. sub(state, behind, size), total - 1
      end
    end
    local landed = exclusive == 1 and pilot == token
    if landed then
      flying, pilot = 0, NOBODY
    end
    if place or landed then
      text = text .. write(TAIL, total, due, kept, blocked, flying, pilot)
      if first then
        call('SETRANGE', KEYS[i], first - 1, text)
      else
        call('SET', KEYS[i], text, 'KEEPTTL')
      end
    end
    if life then
      keep(KEYS[i], life)
    end
  end
end
return write(SAID, DONE, now, 0)
