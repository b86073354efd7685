#!/bin/sh
# strain.sh HEADWAY PROBE: what a window has to bear: a paste of 100 kB, any size, hiding, a lost OpenGL context, a
# model folder by the command line, no OpenGL at all.
set -eu
. "$(dirname "$0")/window.sh"
window_test "$@"

model_folder() {
    # d = 4, three words, all weights zero: 12 numbers of the embedding, 16 each of q, k, v and o.
    mkdir "$1"
    cat >"$1/config.json" <<JSON
{ "model_type": "headway", "name": "Nothing", "d_model": 4, "layers": 1, "heads": 2, "norm": "none",
  "tokenizer": "words", "vocab": ["[UNK]", "the", "cat"] }
JSON
    header='{"embedding.weight":{"dtype":"F32","shape":[3,4],"data_offsets":[0,48]}'
    start=48
    for part in q k v o; do
        header="$header,\"layers.0.attention.$part.weight\":{\"dtype\":\"F32\",\"shape\":[4,4],\"data_offsets\":[$start,$((start + 64))]}"
        start=$((start + 64))
    done
    header="$header}"
    {
        # shellcheck disable=SC2059
        printf "$(printf '\\%03o\\%03o' $((${#header} % 256)) $((${#header} / 256)))\000\000\000\000\000\000"
        printf '%s' "$header"
        head -c "$start" /dev/zero
    } >"$1/model.safetensors"
}

sizes() {
    for size in '320 240' '700 500' '2000 1400' '1024 700' '1 1' '1440 900'; do
        # shellcheck disable=SC2086
        xdotool windowsize "$window" $size
        sleep 0.3
    done
}

# says KEY: the window shows this message of the catalogue.
says() {
    screen || return 1
    difference=$("$probe" message "$first" "$place/screen.png" "$1")
    [ "${difference%.*}" -lt 40 ]
}
has_width() { screen && [ "$WIDTH" = "$1" ]; }

echo "sizes"
window_start --lang en --size 1440x900 --step softmax --beat last
for size in '320 240' '700 500' '2000 1400' '1440 900'; do
    # shellcheck disable=SC2086
    xdotool windowsize "$window" $size
    await "the size $size" has_width "${size% *}"
    peek
    expect width "${size% *}"
    expect height "${size#* }"
    shown
done
first=$seen
sizes
await "the old size" has_width 1440
peek
alike "$first" "$seen" "the picture is another after the sizes"
shown

echo "hidden and shown again"
xdotool windowunmap --sync "$window"
sleep 0.3
xdotool windowmap --sync "$window" windowfocus --sync "$window"
shown

echo "a lost OpenGL context"
keys ctrl+F12
shown
keys Left
peek
unlike "$first" "$seen"
shown

if command -v xclip >/dev/null; then
    echo "a paste of 100 kB"
    i=0
    while [ $i -lt 25 ]; do
        printf '%04000d' 0 | sed 's/0000000000/abcdefghi /g'
        i=$((i + 1))
    done >"$place/long.txt"
    [ "$(wc -c <"$place/long.txt")" = 100000 ]
    xclip -selection clipboard -i <"$place/long.txt" >/dev/null 2>&1
    ! says message.text_cut || fail "the message stands there before the paste"
    keys slash ctrl+a ctrl+v
    await "the message that the text was cut" says message.text_cut
    keys ctrl+e
    saved
    bytes=$("$probe" get "$seen" text | wc -c)
    [ "$bytes" -gt 60000 ] && [ "$bytes" -le 65537 ] || fail "the text has $bytes bytes"
    keys Return Home ctrl+z
    peek
    text=$("$probe" get "$seen" text)
    [ "$text" = 'The cat sat because the cat was tired' ] || fail "Ctrl+Z does not bring the sentence back"
fi
window_quit

echo "a model folder"
model_folder "$place/nothing"
window_start --lang en "$place/nothing" --text 'the cat'
peek
expect model "$place/nothing"
shown
window_quit

echo "a folder that is no model"
mkdir "$place/empty"
result=0
"$headway" "$place/empty" 2>"$place/sentence.txt" || result=$?
[ $result -eq 1 ] || fail "status $result for a folder without a model"
[ "$(wc -l <"$place/sentence.txt")" = 1 ] || fail "not one sentence: $(cat "$place/sentence.txt")"

echo "without OpenGL"
HEADWAY_SOFTWARE=1
export HEADWAY_SOFTWARE
window_start --lang en --size 1024x700 --model textbook
keys Escape
peek
limit=1 shown
keys Right Right
peek
limit=1 shown
window_quit
