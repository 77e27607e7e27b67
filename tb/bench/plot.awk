# plot.awk - utilisation by size of one configuration, as SVG.
#
#   awk -v config=w64c1 -f tb/bench/plot.awk tb/bench/peers.csv build/bench/w64c1.csv >w64c1.svg
#
# One line a latency, drawn from thick to thin so that lines on top of each other stay
# visible; the bound dashed; peers as marks in the colour of their latency, the larger the smaller it is.

BEGIN {
    FS = ","
    left = 70; top = 56; wide = 560; high = 340; legend = left + wide + 24
    first = 2.6; last = 20     # log2 of the sizes at both ends, bytes
    latencies = split("1 13 100 250", latency, " ")
    split("#9ecae9 #f58518 #54a24b #b279a2", colour, " ")
    split("10 6.5 3.5 1.6", thick, " ")
    for (n = 1; n <= latencies; n++)
        number[latency[n]] = n
}

FNR == 1 {
    delete col
    for (n = 1; n <= NF; n++)
        col[$n] = n
    next
}

"engine" in col {
    if (peer_fits($col["bits"], $col["port"]))
        peer[peers++] = $0
    next
}

$1 == config && $col["table"] == "size" {
    size = $col["size"]
    if (!(size in bound))
        sizes[size_n++] = size
    bound[size] = $col["bound"]
    used[size, $col["latency"]] = $col["used"]
}

END {
    if (!size_n) {
        print "plot.awk: no figures of " config > "/dev/stderr"
        exit 1
    }
    open_svg()
    axes()
    for (n = 1; n <= latencies; n++)
        line(n)
    bound_line()
    for (n = 0; n < peers; n++)
        mark_peer(peer[n])
    legends()
    print "</svg>"
}

# port: shared, own; any for engines that get their requests pushed in.
function peer_fits(bits, port) {
    if (bits != substr(config, 2) + 0)
        return 0
    return port == "any" || port == (config ~ /^w[0-9]+c[0-9]+d/ ? "own" : "shared")
}

function log2(value) { return log(value) / log(2) }
function x(size) { return left + (log2(size) - first) / (last - first) * wide }
function y(part) { return top + (1 - part) * high }

function text(px, py, anchor, more, words) {
    printf "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" %s>%s</text>\n", px, py, anchor, more, words
}

function segment(x1, y1, x2, y2, style) {
    printf "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" %s/>\n", x1, y1, x2, y2, style
}

function bytes(size) {
    if (size >= 1048576)
        return size / 1048576 "M"
    return size >= 1024 ? size / 1024 "K" : size
}

function open_svg(    total, parameters) {
    total = legend + 300
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" ", \
           total, top + high + 62, total, top + high + 62
    print "font-family=\"sans-serif\" font-size=\"13\" fill=\"#222\">"
    print "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>"
    parameters = config
    sub(/^[^-]*-?/, "", parameters)
    gsub(/-/, ", ", parameters)
    while (match(parameters, /[A-Z_][0-9]/))
        parameters = substr(parameters, 1, RSTART) "=" substr(parameters, RSTART + 1)
    text(left, 24, "start", "font-size=\"16\" font-weight=\"bold\"", \
         "Utilisation of the write bus, " heading())
    text(left, 43, "start", "fill=\"#555\"", \
         parameters == "" ? "default parameters" : parameters)
}

function heading() {
    return substr(config, 2) + 0 " bit" \
           (config ~ /^w[0-9]+c[0-9]+d/ ? ", descriptor port" : ", one shared read port")
}

function axes(    n, size) {
    for (n = 0; n <= 100; n += 20) {
        segment(left, y(n / 100), left + wide, y(n / 100), "stroke=\"#ddd\"")
        text(left - 8, y(n / 100) + 4.5, "end", "", n)
    }
    for (n = 3; n <= last; n++) {
        size = 2 ^ n
        segment(x(size), top + high, x(size), top + high + 5, "stroke=\"#222\"")
        if (n % 2 == 0 && n > 4 || n == 3)
            text(x(size), top + high + 21, "middle", "", bytes(size))
    }
    segment(left, top + high, left + wide, top + high, "stroke=\"#222\"")
    segment(left, top, left, top + high, "stroke=\"#222\"")
    text(left + wide / 2, top + high + 46, "middle", "", "bytes of a transfer")
    printf "<text transform=\"translate(22 %d) rotate(-90)\" text-anchor=\"middle\">per cent of the bus</text>\n", \
           top + high / 2
}

function polyline(points, style) {
    printf "<polyline fill=\"none\" stroke-linejoin=\"round\" stroke-linecap=\"round\" %s points=\"%s\"/>\n", \
           style, points
}

function line(n,    s, points) {
    for (s = 0; s < size_n; s++)
        if ((sizes[s], latency[n]) in used)
            points = points sprintf("%.1f,%.1f ", x(sizes[s]), y(used[sizes[s], latency[n]]))
    polyline(points, "stroke=\"" colour[n] "\" stroke-width=\"" thick[n] "\"")
}

function bound_line(    s, points) {
    for (s = 0; s < size_n; s++)
        points = points sprintf("%.1f,%.1f ", x(sizes[s]), y(bound[sizes[s]]))
    polyline(points, "stroke=\"#000\" stroke-width=\"1.2\" stroke-dasharray=\"2 5\"")
}

# Diamonds for iDMA, triangles for its back-end, crosses for axi_cdma; `half` of their width.
function mark(engine, px, py, half, tint) {
    if (engine ~ /back-end/)
        printf "<path d=\"M%.1f %.1fl%.1f %.1fh-%.1fz\" ", px, py - half, half, 1.7 * half, 2 * half
    else if (engine ~ /iDMA/)
        printf "<path d=\"M%.1f %.1fl%s %s -%s %s -%s -%sz\" ", px, py - half, half, half, half, half, half, half
    else
        printf "<path d=\"M%.1f %.1fl%s %sm0 -%sl-%s %s\" ", px - half, py - half, 2 * half, 2 * half, \
               2 * half, 2 * half, 2 * half
    printf "fill=\"none\" stroke=\"%s\" stroke-width=\"1.8\"/>\n", tint
}

function mark_peer(row,    part) {
    split(row, part, ",")
    mark(part[1], x(part[5]), y(part[6] / 100), 9 - 2.2 * number[part[4]], shade(number[part[4]]))
    shown[part[1]] = 1
}

# The first colour is too light for a thin mark.
function shade(n) { return n == 1 ? "#4c78a8" : colour[n] }

function legends(    n, py, engine, order, m) {
    py = top + 8
    for (n = 1; n <= latencies; n++) {
        segment(legend, py, legend + 30, py, \
                "stroke=\"" colour[n] "\" stroke-width=\"" thick[n] "\" stroke-linecap=\"round\"")
        text(legend + 42, py + 4.5, "start", "", "L = " latency[n])
        py += 24
    }
    segment(legend, py, legend + 30, py, "stroke=\"#000\" stroke-width=\"1.2\" stroke-dasharray=\"2 5\"")
    text(legend + 42, py + 4.5, "start", "", "bound, 64-byte descriptors")
    if (!peers)
        return
    py += 40
    text(legend, py, "start", "fill=\"#555\"", "measured peers, colour as L:")
    m = split("iDMA|iDMA back-end|axi_cdma", order, "|")
    for (n = 1; n <= m; n++) {
        engine = order[n]
        if (!(engine in shown))
            continue
        py += 24
        mark(engine, legend + 15, py - 4, 5, "#555")
        text(legend + 42, py, "start", "", \
             engine (engine == "iDMA" ? " (32-byte descriptors)" : " (requests pushed in)"))
    }
}
