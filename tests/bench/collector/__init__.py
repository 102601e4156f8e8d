"""How fast the collector is, beside a floor and a naive peer, on real servers.

sealed     frames that are signed and sealed before the clock runs
wire       as much of MQTT 3.1.1 as a cheap generator needs
sender     sends frames within a window, and hears the receipts
post       broker, TimescaleDB and collectors as processes
peer       the floor, and a naive program
figure     what is counted, and what it amounts to
history    rows that were stored long before
scope      how much is measured
"""
