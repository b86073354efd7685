#!/bin/sh
# pictures.sh HEADWAY PROBE RENDERER: SVG and PDF as another program sees them, against the PNG of the same document.
# RENDERER: rsvg (librsvg), poppler, mupdf, mupdf_svg or ghostscript. Status 77: it is not installed.
set -eu
headway=$1 probe=$2 renderer=$3
# mean: the average difference allowed, of 255; images: the same where a heatmap is an image, whose cells end between pixels.
# Measured: 0.2 and 1.7 (rsvg), 1.4 and 3.0 (poppler), 1.4 and 1.8 (mupdf), 2.1 and 0.3 (ghostscript).
# outlines: what its SVG needs that knows no fonts.
outlines=
case $renderer in
rsvg) tool=rsvg-convert package=librsvg2-bin format=svg mean=0.4 images=2.5 ;;
poppler) tool=pdftoppm package=poppler-utils format=pdf mean=2 images=4 ;;
mupdf) tool=mutool package=mupdf-tools format=pdf mean=2 images=2.5 ;;
mupdf_svg) tool=mutool package=mupdf-tools format=svg mean=2 images=2.5 outlines=--outlines ;;
ghostscript) tool=gs package=ghostscript format=pdf mean=3 images=3 ;;
*) echo "pictures.sh: no renderer is called $renderer" >&2; exit 2 ;;
esac
if ! command -v "$tool" >/dev/null 2>&1; then
    echo "skipped: $tool is not installed (package $package)"
    exit 77
fi
place=$(mktemp -d "${TMPDIR:-/tmp}/headway-pictures-XXXXXX")
trap 'rm -rf "$place"' EXIT
faults=0

# 96 pixels an inch: a pixel of the picture is one of the PNG.
rasterise() { # FILE PNG
    case $renderer in
    rsvg) rsvg-convert "$1" -o "$2" ;;
    poppler) pdftoppm -r 96 -png -singlefile "$1" "${2%.png}" ;;
    mupdf) mutool draw -q -r 96 -o "$2" "$1" 2>/dev/null ;;
    mupdf_svg) mutool draw -q -r 72 -o "$2" "$1" 2>/dev/null ;;
    ghostscript)
        gs -q -dNOPAUSE -dBATCH -dSAFER -sDEVICE=png16m -r96 -dTextAlphaBits=4 -dGraphicsAlphaBits=4 \
            -o "$2" "$1" ;;
    esac
}

compare() { # NAME MEAN OPTION…: with the options of `outlines` for the vector picture
    name=$1 most=$2; shift 2
    "$headway" render -o "$place/$name.png" "$@"
    "$headway" render -o "$place/$name.$format" $outlines "$@"
    rasterise "$place/$name.$format" "$place/$name.seen.png"
    # One flat pixel in ten thousand: a renderer may draw a hairline elsewhere.
    if found=$("$probe" "$place/$name.png" "$place/$name.seen.png" "$most" 1); then
        echo "$name: $found"
    else
        echo "$name: $found: too far from the PNG (mean $most, 1 of 10,000)"
        faults=$((faults + 1))
        if [ -n "${HEADWAY_KEEP-}" ]; then cp "$place/$name".* "$HEADWAY_KEEP"; fi
    fi
}

check() { name=$1; shift; compare "$name" $mean "$@"; }

long=$(i=0; while [ $i -lt 90 ]; do printf 'w%d ' $i; i=$((i + 1)); done)
check window --step similarity --query 2
check masked --step softmax --mask causal --head 2 --beat 2
check sum --step sum --lang zh --text '我爱北京天安门 😀'
check dark --step scale --theme dark --mask window:1
check heads --view heads --text 'שלום to all مرحبا naïve'
check lines --view lines --step softmax --head 5
check diagram --view diagram --step sum
check compare --view compare --steps 2
check head --part head --head 3 --step softmax
check projection --step projection
check many --view heads --text "$long" --step softmax
check figure --part stage --step heads
compare image $images --part head --text "$long" --step similarity
outlines=--outlines
check outlined --step embedding --text '注意力 and café'

# Words can be searched and copied.
if [ "$renderer" = poppler ] && command -v pdftotext >/dev/null 2>&1; then
    "$headway" render -o "$place/words.pdf" --lang zh --step sum --text 'Attention naïve שלום'
    pdftotext "$place/words.pdf" "$place/words.txt"
    for word in Attention naïve שלום 加权求和 相同的词; do # the title is emboldened
        grep -qF -- "$word" "$place/words.txt" || {
            echo "words: $word is not found in the PDF"
            faults=$((faults + 1))
        }
    done
fi
[ $faults = 0 ] || { echo "$faults faults"; exit 1; }
