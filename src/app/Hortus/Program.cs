using Hortus;

return await HortusCommandLine.RunAsync(args);
